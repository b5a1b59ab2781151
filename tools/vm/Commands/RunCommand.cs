// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;

namespace Wd40.Vm.Commands;

/// <summary><c>wd40 vm run</c>: one command in a fresh guest.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Command command = new(
            "run",
            $"Run a command in a guest and exit with its status; {VmCommand.TimedOut}: killed at the limit; {VmCommand.RunnerFailed}: the guest died or the kernel log has a warning.");
        MachineOptions machine = new(command);
        Option<int> limit = new("--limit") { Description = "Wall time for the command in seconds (default: 180, with --clock icount 1200).", HelpName = "SECONDS" };
        Option<bool> log = new("--log") { Description = "Print the kernel log at the end." };
        Argument<string[]> words = new("command") { Description = "A line for the guest's shell, behind '--'.", Arity = ArgumentArity.OneOrMore };
        // Everything behind an unknown option would count as the command: a misspelt option must not run in the guest.
        words.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] first }, ..])
            {
                result.AddError($"unknown option '{first}'; the guest's command comes behind '--' and begins with no dash.");
            }
        });
        command.Options.Add(limit);
        command.Options.Add(log);
        command.Arguments.Add(words);
        command.SetAction((parsed, cancellation) => VmCommand.GuardAsync(parsed.InvocationConfiguration.Error, async progress =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            int seconds = parsed.GetValue(limit);
            Guest guest = await Guest.BootAsync(machine.Read(parsed), progress, cancellation).ConfigureAwait(false);
            await using (guest.ConfigureAwait(false))
            {
                GuestStreams streams = new() { Output = Console.OpenStandardOutput(), Error = Console.OpenStandardError() };
                GuestResult result = await guest.RunAsync(
                    string.Join(' ', parsed.GetValue(words)!), seconds > 0 ? TimeSpan.FromSeconds(seconds) : null, streams, cancellation).ConfigureAwait(false);
                IReadOnlyList<KernelLogRecord> records = await guest.ReadKernelLogAsync(cancellation).ConfigureAwait(false);
                foreach (KernelLogRecord record in parsed.GetValue(log) ? records : [])
                {
                    await error.WriteLineAsync(record.ToString()).ConfigureAwait(false);
                }

                IReadOnlyList<string> findings = KernelLogGate.Default.CheckWhole(records);
                foreach (string finding in findings)
                {
                    await error.WriteLineAsync($"wd40 vm: kernel log: {finding}").ConfigureAwait(false);
                }

                return result.TimedOut ? VmCommand.TimedOut : result.ExitCode == 0 && findings.Count > 0 ? VmCommand.RunnerFailed : result.ExitCode;
            }
        }));
        return command;
    }
}
