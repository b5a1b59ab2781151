// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>
/// A failure with a cause that the user can act on. <see cref="Exception.Message"/> says what failed and why,
/// <see cref="Remedy"/> what to do next, <see cref="ExitCode"/> what the process should exit with.
/// </summary>
public class SchedulerException : Exception
{
    /// <summary>Creates a failure.</summary>
    /// <param name="exitCode">What the process should exit with.</param>
    /// <param name="message">What failed and why, without a final period.</param>
    /// <param name="remedy">What to do next, one sentence.</param>
    /// <param name="inner">The failure underneath, if there is one.</param>
    public SchedulerException(ExitCode exitCode, string message, string remedy, Exception? inner = null) : base(message, inner)
    {
        ExitCode = exitCode;
        Remedy = remedy;
    }

    /// <summary>What the process should exit with.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>What to do next, one sentence.</summary>
    public string Remedy { get; }
}
