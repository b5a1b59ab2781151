// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Runtime.Versioning;
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

[SupportedOSPlatform("linux")]
internal sealed class CpioWriterTests
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private DirectoryInfo _work = null!;

    [SetUp]
    public void MakeDirectory() => _work = Directory.CreateTempSubdirectory("wd40-cpio-");

    [TearDown]
    public void RemoveDirectory() => _work.Delete(recursive: true);

    /// <summary>Read back with cpio(1), which did not learn the format from us.</summary>
    [Test]
    public void A_tree_comes_back_with_contents_modes_and_links()
    {
        var source = _work.CreateSubdirectory("source");
        source.CreateSubdirectory("deep/er");
        File.WriteAllText(Path.Combine(source.FullName, "deep/er/three"), "abc");
        File.WriteAllText(Path.Combine(source.FullName, "empty"), "");
        var script = Path.Combine(source.FullName, "script");
        File.WriteAllText(script, "#!/bin/sh\n");
        File.SetUnixFileMode(script, Executable);
        File.CreateSymbolicLink(Path.Combine(source.FullName, "link"), "deep/er/three");

        var archive = Path.Combine(_work.FullName, "archive");
        using (var file = File.Create(archive))
        using (var writer = new CpioWriter(file))
        {
            writer.AddTree(source.FullName, "/opt/tree");
            writer.AddText("/etc/text", "12345");
        }

        var root = Unpack(archive);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(Path.Combine(root, "opt/tree/deep/er/three")), Is.EqualTo("abc"));
            Assert.That(File.ReadAllText(Path.Combine(root, "opt/tree/empty")), Is.Empty);
            Assert.That(File.ReadAllText(Path.Combine(root, "etc/text")), Is.EqualTo("12345"));
            Assert.That(File.GetUnixFileMode(Path.Combine(root, "opt/tree/script")), Is.EqualTo(Executable));
            Assert.That(new FileInfo(Path.Combine(root, "opt/tree/link")).LinkTarget, Is.EqualTo("deep/er/three"));
            Assert.That(new FileInfo(archive).Length % 512, Is.Zero, "archives may follow one another");
        }
    }

    private string Unpack(string archive)
    {
        var root = _work.CreateSubdirectory("root").FullName;
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"cpio -idm --quiet < '{archive}'"]) { WorkingDirectory = root })!;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, "cpio");
        return root;
    }
}
