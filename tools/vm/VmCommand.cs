// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.Vm.Commands;

namespace Wd40.Vm;

/// <summary><c>wd40 vm</c>: guests with a sched_ext kernel, for people and scripts.</summary>
public static class VmCommand
{
    /// <summary>Exit status when not the guest's command but the runner or the guest failed; the same as that of env(1) and timeout(1).</summary>
    public const int RunnerFailed = 125;

    /// <summary>Exit status when the command was killed at its limit.</summary>
    public const int TimedOut = 124;

    /// <summary>Creates the command with its subcommands.</summary>
    public static Command Create() =>
        new("vm", "Boot kernels with sched_ext in QEMU.") { RunCommand.Create(), ShellCommand.Create(), KernelsCommand.Create(), FetchCommand.Create() };

    /// <summary>Runs the body; failures of the runner become one message and <see cref="RunnerFailed"/>.</summary>
    internal static async Task<int> GuardAsync(TextWriter error, Func<IProgress<string>, Task<int>> body)
    {
        try
        {
            return await body(new WriterProgress(error)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VmException or FormatException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"wd40 vm: {e.Message}").ConfigureAwait(false);
            return RunnerFailed;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("wd40 vm: interrupted").ConfigureAwait(false);
            return RunnerFailed;
        }
    }

    private sealed class WriterProgress(TextWriter writer) : IProgress<string>
    {
        public void Report(string value) => writer.WriteLine($"vm: {value}");
    }
}
