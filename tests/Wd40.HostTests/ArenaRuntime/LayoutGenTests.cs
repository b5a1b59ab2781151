// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.LayoutGen;

namespace Wd40.HostTests.ArenaRuntime;

/// <summary>The committed C# layouts are what the headers say.</summary>
[TestFixture]
public sealed class LayoutGenTests
{
    private string _directory = null!;

    [OneTimeSetUp]
    public void Compile()
    {
        _directory = Directory.CreateTempSubdirectory("wd40-layouts-").FullName;
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(SourceTree.Root, "tools/layout-gen/objects.sh"), [_directory]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Committed_files_are_those_of_the_headers()
    {
        var differences = GeneratedFiles.Compare(Generate(), Path.Combine(SourceTree.Root, "src/ArenaRuntime/Generated"));
        Assert.That(differences, Is.Empty, "run tools/layout-gen/regenerate.sh and commit the result");
    }

    [Test]
    public void A_difference_a_missing_and_a_surplus_file_are_noticed()
    {
        var files = Generate();
        var copy = Path.Combine(_directory, "copy");
        GeneratedFiles.Write(files, copy);
        Assert.That(GeneratedFiles.Compare(files, copy), Is.Empty);
        var task = Path.Combine(copy, "WdTask.g.cs");
        File.WriteAllText(task, File.ReadAllText(task).Replace("[FieldOffset(", "[FieldOffset(1", StringComparison.Ordinal));
        File.Delete(Path.Combine(copy, "WdCpu.g.cs"));
        File.WriteAllText(Path.Combine(copy, "WdGone.g.cs"), "");
        Assert.That(GeneratedFiles.Compare(files, copy), Has.Some.StartsWith("WdTask.g.cs differs at line")
            .And.Some.EqualTo("WdCpu.g.cs is missing").And.Some.EqualTo("WdGone.g.cs is no longer generated"));
        Assert.That(GeneratedFiles.Compare(files, copy), Has.Count.EqualTo(3));
    }

    private IReadOnlyDictionary<string, string> Generate() => Generator.Generate([Path.Combine(_directory, "layouts.o"), Path.Combine(_directory, "constants.o")]);
}
