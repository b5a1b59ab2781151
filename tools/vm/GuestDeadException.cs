// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>The guest ended, panicked, or no longer answers. The message ends with the last lines of its console.</summary>
public sealed class GuestDeadException : VmException
{
    public GuestDeadException()
    {
    }

    public GuestDeadException(string message)
        : base(message)
    {
    }

    public GuestDeadException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal GuestDeadException(string what, IReadOnlyList<string> console)
        : base($"{what}\nLast lines of the console:\n{(console.Count == 0 ? "  (none)" : "  " + string.Join("\n  ", console))}") => Console = console;

    /// <summary>True if it was the emulator that killed the guest, see <see cref="EmulatorFault"/>.</summary>
    public bool ByEmulator { get; init; }

    /// <summary>The last lines of the serial console.</summary>
    public IReadOnlyList<string> Console { get; } = [];
}
