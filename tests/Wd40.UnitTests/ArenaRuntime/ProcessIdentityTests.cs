// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;
using Wd40.ArenaRuntime;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>Processes by number and start, and their end.</summary>
internal sealed class ProcessIdentityTests
{
    [Test]
    public void Own_IsAliveAndKeepsItsWord()
    {
        var own = ProcessIdentity.Own;
        Assert.That(own.Pid, Is.EqualTo(Environment.ProcessId));
        Assert.That(own.IsAlive, Is.True);
        Assert.That(ProcessIdentity.Of(own.Word), Is.EqualTo(own));
    }

    /// <summary>The largest number that the kernel gives, and a year of uptime.</summary>
    [Test]
    public void Word_HoldsTheLargestProcessNumber()
    {
        var identity = new ProcessIdentity((1 << 22) - 1, 100ul * 3600 * 24 * 365);
        Assert.That(ProcessIdentity.Of(identity.Word), Is.EqualTo(identity));
    }

    [Test]
    public void SameNumberWithAnotherStart_IsAnotherProcess()
    {
        var own = ProcessIdentity.Own;
        Assert.That((own with { Started = own.Started + 1 }).IsAlive, Is.False);
    }

    [Test]
    public void ProcessThatIsAsked_EndsByItself()
    {
        using var child = Start("exec sleep 60", out var identity);
        Assert.That(identity.End(TimeSpan.FromSeconds(30)), Is.True);
        Assert.That(identity.IsAlive, Is.False);
    }

    [Test]
    public void ProcessThatDoesNotListen_IsKilled()
    {
        using var child = Start("trap '' TERM; echo ready; while :; do sleep 0.05; done", out var identity);
        Assert.That(child.StandardOutput.ReadLine(), Is.EqualTo("ready"));
        Assert.That(identity.End(TimeSpan.FromMilliseconds(200)), Is.False);
        Assert.That(identity.IsAlive, Is.False);
    }

    /// <summary>Stopped, it hears no SIGTERM; it may go on any time, so it is alive.</summary>
    [Test]
    public void ProcessThatStandsStill_IsAliveAndIsKilled()
    {
        using var child = Start("kill -STOP $$; sleep 60", out var identity);
        Assert.That(() => State(identity.Pid), Is.EqualTo('T').After(10_000, 10));
        Assert.That(identity.IsAlive, Is.True);
        Assert.That(identity.End(TimeSpan.FromMilliseconds(200)), Is.False);
        Assert.That(identity.IsAlive, Is.False);
    }

    [Test]
    public void AnotherProcessWithItsNumber_IsLeftAlone()
    {
        using var child = Start("exec sleep 60", out var identity);
        Assert.That((identity with { Started = identity.Started + 1 }).End(TimeSpan.FromSeconds(1)), Is.True);
        Assert.That(child.HasExited, Is.False);
        child.Kill();
    }

    private static Process Start(string script, out ProcessIdentity identity)
    {
        var child = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        identity = new ProcessIdentity(child.Id, ulong.Parse(Fields(child.Id)[19], CultureInfo.InvariantCulture));
        return child;
    }

    private static char State(int pid) => Fields(pid)[0][0];

    private static string[] Fields(int pid)
    {
        var line = File.ReadAllText($"/proc/{pid}/stat");
        return line[(line.LastIndexOf(')') + 2)..].Split(' ');
    }
}
