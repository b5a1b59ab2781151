// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;

namespace Wd40.Vm.Commands;

/// <summary><c>wd40 vm shell</c>: a prompt in a guest.</summary>
internal static class ShellCommand
{
    public static Command Create()
    {
        Command command = new("shell", "Open a shell in a guest on this terminal; 'exit' powers it off, Ctrl-A X ends QEMU.");
        MachineOptions machine = new(command);
        command.SetAction((parsed, cancellation) => VmCommand.GuardAsync(parsed.InvocationConfiguration.Error, async progress =>
        {
            await Guest.RunShellAsync(machine.Read(parsed) with { LifeLimit = TimeSpan.FromDays(1) }, progress, cancellation).ConfigureAwait(false);
            return 0;
        }));
        return command;
    }
}
