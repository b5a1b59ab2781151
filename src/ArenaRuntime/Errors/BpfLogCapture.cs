// SPDX-License-Identifier: GPL-2.0-only
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>The libbpf messages of one operation on one thread.</summary>
internal sealed class BpfLogCapture(BpfLogCapture? outer) : IDisposable
{
    // libbpf goes on after these, with an object that silently lacks its BTF or a symbol: treat them as errors.
    private static readonly string[] _fatal = ["BTF is optional, ignoring", "not resolved", "incompatible"];

    private readonly StringBuilder _text = new();

    internal BpfLogCapture? Outer { get; } = outer;

    /// <summary>All messages, one a line.</summary>
    internal string Text => _text.ToString();

    /// <summary>The last line of severity warning that is no part of a verifier log.</summary>
    internal string? LastWarning { get; private set; }

    /// <summary>The first line that libbpf ignores and this project does not.</summary>
    internal string? Fatal { get; private set; }

    internal void Add(BpfLogLevel level, string message)
    {
        if (level == BpfLogLevel.Debug)
            return;
        _text.Append(message).Append('\n');
        if (level != BpfLogLevel.Warning)
            return;
        var line = message.StartsWith("libbpf: ", StringComparison.Ordinal) ? message["libbpf: ".Length..] : message;
        if (!line.Contains("PROG LOAD LOG", StringComparison.Ordinal) && !line.StartsWith("failed to load object", StringComparison.Ordinal))
            LastWarning = line.Split('\n')[0];
        Fatal ??= Array.Exists(_fatal, mark => line.Contains(mark, StringComparison.Ordinal)) ? line.Split('\n')[0] : null;
    }

    /// <summary>Throws if a negative errno came back, or if libbpf passed over something that must not be passed over.</summary>
    internal void Check(string operation, int result, ExitCode exitCode = ExitCode.Failure)
    {
        if (result < 0)
            throw BpfException.Create(operation, -result, this, exitCode);
        if (Fatal is not null)
            throw new SchedulerException(exitCode == ExitCode.Failure ? ExitCode.LayoutMismatch : exitCode,
                $"cannot {operation}: libbpf went on after \"{Fatal}\", which leaves the object without its types or symbols",
                "Rebuild the BPF objects from one source tree and check that this kernel provides the named symbol.");
    }

    public void Dispose() => BpfLog.Release(this);
}
