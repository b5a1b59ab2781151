// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Wd40.UnitTests.Vm;

/// <summary>How tools/setup/apt-private.sh finds the mirror in a machine's sources.</summary>
internal sealed class AptPrivateTests
{
    private const string Foreign = "Types: deb\nURIs: https://vendor.example/apt\nSuites: nodistro\nComponents: main\n";
    private const string Security = "Types: deb\nURIs: http://security.example/debian-security\nSuites: bookworm-security\nComponents: main\n";
    private const string Debian = "# a comment\nTypes: deb deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main contrib\nSigned-By: /k.gpg\n";

    private DirectoryInfo _etc = null!;

    [SetUp]
    public void MakeDirectory() => _etc = Directory.CreateTempSubdirectory("wd40-apt-");

    [TearDown]
    public void RemoveDirectory() => _etc.Delete(recursive: true);

    [TestCase(Foreign + "\n" + Security + "\n" + Debian, TestName = "deb822 beside others")]
    [TestCase("Types: deb\nURIs:\n http://mirror.example/debian\nSuites:\n trixie\n trixie-updates\nComponents:\n main\n", TestName = "deb822 with folded fields")]
    [TestCase("Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: sid\nComponents: main\n\n" + Debian, TestName = "deb822 with a disabled stanza")]
    public void Mirror_from_deb822(string sources)
    {
        Write("sources.list.d/debian.sources", sources);
        Assert.That(Run().Sources, Is.EqualTo("http://mirror.example/debian"));
    }

    [TestCase("deb http://mirror.example/debian bookworm main\n")]
    [TestCase("deb-src http://src.example/debian bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian trixie contrib main\n")]
    [TestCase("#deb http://old.example/debian bookworm main\n\tdeb\thttp://mirror.example/debian\tsid\tmain\tnon-free\n")]
    [TestCase("deb http://security.example/debian-security bookworm-security main\ndeb http://mirror.example/debian bookworm main\n")]
    public void Mirror_from_one_line_sources(string sources)
    {
        Write("sources.list", sources);
        Assert.That(Run().Sources, Is.EqualTo("http://mirror.example/debian"));
    }

    [Test]
    public void WD40_MIRROR_goes_first()
    {
        Write("sources.list.d/debian.sources", Debian);
        Assert.That(Run(mirror: "http://own.example/debian").Sources, Is.EqualTo("http://own.example/debian"));
    }

    [Test]
    public void No_mirror_is_said_with_the_way_out()
    {
        Write("sources.list.d/vendor.sources", Foreign);
        var (status, error, sources) = Run();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.Not.Zero);
            Assert.That(error, Does.Contain("WD40_MIRROR"));
            Assert.That(sources, Is.Null);
        }
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_etc.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private (int Status, string Error, string? Sources) Run(string mirror = "", [CallerFilePath] string caller = "")
    {
        var script = Path.Combine(Path.GetDirectoryName(caller)!, "../../../tools/setup/apt-private.sh");
        var directory = Path.Combine(_etc.FullName, "private");
        var start = new ProcessStartInfo("sh", [script, directory, "sid"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["WD40_APT_SOURCES"] = _etc.FullName;
        start.Environment["WD40_MIRROR"] = mirror;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var list = Path.Combine(directory, "sources.list");
        // deb [arch=... signed-by=...] URI SUITE main: the second word from the options on
        var line = File.Exists(list) ? File.ReadAllLines(list).Single() : null;
        return (process.ExitCode, error, line?[(line.IndexOf(']', StringComparison.Ordinal) + 2)..].Split(' ')[0]);
    }
}
