// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Vm;

namespace Wd40.VmTests.Harness;

/// <summary>Commands in a guest, with the tests' limit in wall time and a line of progress for each.</summary>
internal static class GuestCommands
{
    /// <summary>Wall time after which a command is killed and its test fails; no command of the scaled checks needs half of it.</summary>
    private static readonly TimeSpan _limit = RunLength.Of(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(40));

    /// <summary>Runs a command to its end.</summary>
    public static async Task<GuestResult> CallAsync(this Guest guest, string command)
    {
        var result = await guest.RunAsync(command, _limit).ConfigureAwait(false);
        Note(guest, $"{command} -> {(result.TimedOut ? "killed" : result.ExitCode)} after {result.Elapsed.TotalSeconds:F1} s");
        return result;
    }

    /// <summary>Waits for a command that was started.</summary>
    public static async Task<GuestResult> EndAsync(this GuestJob job) => await job.WaitAsync(_limit).ConfigureAwait(false);

    /// <summary>How often a task could not run at once on the CPU to which it was sent, by the kernel's count; null: it does not count (before 7.1).</summary>
    public static async Task<long?> RequeuedAsync(this Guest guest) =>
        long.TryParse((await guest.CallAsync("sed -n 's/^SCX_EV_REENQ_IMMED //p' /sys/kernel/sched_ext/root/events")).EnsureSuccess().Output, out var count) ? count : null;

    /// <summary>Says what happens, while it happens.</summary>
    public static void Note(this Guest guest, FormattableString what) =>
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{DateTime.Now:HH:mm:ss} {guest.Kernel.Series} {guest.Options.Clock}: {what.ToString(CultureInfo.InvariantCulture)}"));
}
