// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>A command in a living guest failed, ran into its limit, or printed what cannot be read.</summary>
public sealed class GuestCommandException : VmException
{
    public GuestCommandException()
    {
    }

    public GuestCommandException(string message)
        : base(message)
    {
    }

    public GuestCommandException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal GuestCommandException(GuestResult result, string? why = null, Exception? inner = null)
        : base(Describe(result, why), inner!) => Result = result;

    /// <summary>What the command left; null when the exception was not made from a result.</summary>
    public GuestResult? Result { get; }

    private static string Describe(GuestResult r, string? why)
    {
        why ??= r.TimedOut ? $"did not end within its limit (killed after {r.Elapsed.TotalSeconds:F0} s)" : $"ended with status {r.ExitCode}";
        return $"guest command '{r.Command}': {why}\n--- output\n{Tail(r.Output)}\n--- errors\n{Tail(r.Error)}";
    }

    private static string Tail(string text) => text.Length <= 6000 ? text.TrimEnd() : "[...]" + text[^6000..].TrimEnd();
}
