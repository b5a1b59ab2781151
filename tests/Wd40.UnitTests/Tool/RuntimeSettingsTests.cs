// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.Tool;

namespace Wd40.UnitTests.Tool;

/// <summary>Settings of the runtime, for which a process that runs a scheduler starts itself anew.</summary>
[TestFixture]
public sealed class RuntimeSettingsTests
{
    private const int Process = 4711;
    private const string Diagnostics = "DOTNET_EnableDiagnostics", Marker = "WD40_STARTED_ANEW";

    [TestCase("run", "rustland"), TestCase("run", "wd40", "-g", "0"), TestCase("run", "compose", "--core", "hybrid", "--monitored")]
    public void A_scheduler_runs_without_diagnostics(params string[] words) => Assert.That(Missing(words),
        Is.EqualTo(new KeyValuePair<string, string>[] { new(Diagnostics, "0"), new(Marker, "4711") }));

    [Test]
    public void A_scheduler_that_is_debugged_has_code_that_a_debugger_can_write_to() => Assert.That(Missing(["run", "rustland", "--debuggable"]),
        Is.EqualTo(new KeyValuePair<string, string>[] { new("DOTNET_EnableWriteXorExecute", "0"), new(Marker, "4711") }));

    [TestCase("run", "rustland", "--debuggable", "--dry-run"), TestCase("run", "rustland", "--monitor", "1"), TestCase("run", "rustland", "--monitor=1"), TestCase("run", "wd40", "--monitor:1")]
    [TestCase("run", "wd40", "--dry-run"), TestCase("run", "wd40", "--help-stats"), TestCase("run", "wd40", "-h"), TestCase("run", "wd40", "--version")]
    [TestCase("run"), TestCase("doctor"), TestCase("vm", "run", "--", "true"), TestCase("--help"), TestCase()]
    public void Other_commands_go_on_as_they_are(params string[] words) => Assert.That(Missing(words), Is.Empty);

    [TestCase("0"), TestCase("1"), TestCase("")]
    public void What_the_user_has_set_stays(string value) => Assert.That(Missing(["run", "wd40"], (Diagnostics, value)), Is.Empty);

    [Test]
    public void A_process_starts_itself_anew_only_once()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Missing(["run", "wd40"], (Marker, "4711")), Is.Empty, "its own mark, whatever became of the rest");
            Assert.That(Missing(["run", "wd40"], (Marker, "4710")), Is.Not.Empty, "the mark of the process that started it");
        });
    }

    [TestCase("0", true), TestCase("00", true), TestCase("1", false), TestCase("x", false), TestCase(null, false)]
    public void Debuggable_contradicts_diagnostics_that_are_off(string? value, bool refused)
    {
        var message = RuntimeSettings.Contradiction(true, name => name == Diagnostics ? value : null);
        Assert.Multiple(() =>
        {
            Assert.That(message, refused ? Does.Contain($"{Diagnostics}={value}").And.Contain("unset it") : Is.Null);
            Assert.That(RuntimeSettings.Contradiction(false, _ => "0"), Is.Null, "without --debuggable");
        });
    }

    [Test]
    public void The_environment_keeps_what_it_has()
    {
        var extended = ProcessImage.Extend("A=1\0EMPTY=\0B_C=x=y\0"u8, [new("A", "2"), new("EMPTY", "2"), new("B", "3"), new("C", "4")]);
        Assert.That(Encoding.UTF8.GetString(extended), Is.EqualTo("A=1\0EMPTY=\0B_C=x=y\0B=3\0C=4\0"));
    }

    [TestCase("wd40\0run\0\0x\0", 0, 5, 9, 10), TestCase("", null), TestCase("one", 0)]
    public void Each_string_has_its_pointer_and_null_ends_them(string strings, params int[]? offsets) =>
        Assert.That(ProcessImage.Pointers(1000, Encoding.UTF8.GetBytes(strings)),
            Is.EqualTo((offsets ?? []).Select(offset => (nint)(1000 + offset)).Append(0)));

    /// <summary>The tool itself, stopped by a FIFO in place of a file that the first check reads.</summary>
    [TestCase(false), TestCase(true)]
    public void A_debugger_finds_the_process_only_if_it_was_asked_for(bool debuggable)
    {
        var directory = Directory.CreateTempSubdirectory("wd40-runtime-").FullName;
        try
        {
            var fifo = MakeFifo(directory);
            // Both ends: else opening it would wait for the other.
            using var ends = new FileStream(fifo, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            using var process = Start(directory, ["run", "wd40", "--kconfig", "a b", .. debuggable ? ["--debuggable"] : Array.Empty<string>()]);
            try
            {
                var threads = ThreadsWhenItReads(process, fifo);
                var doors = Directory.GetFileSystemEntries(directory).Select(Path.GetFileName).Where(name => name!.StartsWith("dotnet-", StringComparison.Ordinal) || name.StartsWith("clr-", StringComparison.Ordinal));
                Assert.Multiple(() =>
                {
                    Assert.That(doors, debuggable ? Has.Some.StartsWith($"dotnet-diagnostic-{process.Id}-") : Is.Empty, "sockets and pipes of the runtime");
                    Assert.That(threads, debuggable ? Does.Contain(".NET Debugger") : Does.Not.Contain(".NET Debugger").And.Not.Contain(".NET EventPipe"));
                    Assert.That(threads, Does.Contain("wd40"), "its name is still that of the program");
                    Assert.That(File.ReadAllText($"/proc/{process.Id}/cmdline"), Does.EndWith($"wd40\0run\0wd40\0--kconfig\0a b\0{(debuggable ? "--debuggable\0" : "")}"));
                });
            }
            finally
            {
                process.Kill();
                process.WaitForExit();
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string MakeFifo(string directory)
    {
        var parent = Directory.CreateDirectory(Path.Combine(directory, "sys/kernel")).FullName;
        var fifo = Path.Combine(parent, "realtime");
        using var made = System.Diagnostics.Process.Start("mkfifo", fifo);
        made.WaitForExit();
        return fifo;
    }

    private static Process Start(string directory, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "wd40"), arguments) { RedirectStandardError = true };
        start.Environment["SCX_SYSFS_PREFIX"] = directory;
        start.Environment["TMPDIR"] = directory;
        start.Environment.Remove(Diagnostics);
        return System.Diagnostics.Process.Start(start)!;
    }

    /// <summary>What an open file is; null when it has been closed since it was listed.</summary>
    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Names of the threads of a process, once it has a file open.</summary>
    private static string[] ThreadsWhenItReads(Process process, string file)
    {
        for (var tries = 0; tries < 1200 && !process.HasExited; tries++)
        {
            if (Directory.EnumerateFiles($"/proc/{process.Id}/fd").Any(link => Target(link) == file))
                return [.. Directory.EnumerateDirectories($"/proc/{process.Id}/task").Select(task => File.ReadAllText(task + "/comm").Trim())];
            Thread.Sleep(50);
        }
        throw new AssertionException($"wd40 has not come to its first check: {(process.HasExited ? process.StandardError.ReadToEnd() : "it still runs")}");
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Missing(string[] words, params (string Name, string Value)[] environment) =>
        RuntimeSettings.Missing(words, name => environment.Where(pair => pair.Name == name).Select(pair => pair.Value).FirstOrDefault(), Process);
}
