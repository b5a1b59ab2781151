// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>BPF objects do not fit together, or one of them cannot be used; found out before libbpf opens anything.</summary>
public sealed class CompositionException : SchedulerException
{
    /// <summary>Creates a refusal.</summary>
    public CompositionException(string message, string remedy) : base(ExitCode.LayoutMismatch, message, remedy)
    {
    }
}
