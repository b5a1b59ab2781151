// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>A scheduler under test.</summary>
/// <param name="Name">How the name that it gives to the kernel begins; also its name in the tables.</param>
/// <param name="Command">Command line in the guest that runs it until SIGTERM.</param>
public sealed record Candidate(string Name, string Command)
{
    /// <summary>Reads <c>NAME=COMMAND</c>.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static Candidate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals < text.Length - 1
            ? new Candidate(text[..equals], text[(equals + 1)..])
            : throw new FormatException($"'{text}' is no scheduler: write NAME=COMMAND, NAME as the kernel shows it in sched_ext/root/ops");
    }
}
