// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>A call into libbpf or the kernel failed. Keeps the errno and what libbpf and the verifier said.</summary>
public sealed class BpfException : SchedulerException
{
    private BpfException(ExitCode exitCode, string message, string remedy, string operation, int error, string log, string? logFile)
        : base(exitCode, message, remedy)
    {
        Operation = operation;
        Error = error;
        Log = log;
        LogFile = logFile;
    }

    /// <summary>What was attempted, in words ("load BPF object wd40").</summary>
    public string Operation { get; }

    /// <summary>The errno, positive; 0 if there was none.</summary>
    public int Error { get; }

    /// <summary>The errno's name ("EPERM").</summary>
    public string ErrorName => Errno.Name(Error);

    /// <summary>All that libbpf printed during the operation, the verifier log included.</summary>
    public string Log { get; }

    /// <summary>The file that holds <see cref="Log"/> when it was long enough to be written to one.</summary>
    public string? LogFile { get; }

    internal static BpfException Create(string operation, int error, BpfLogCapture? log, ExitCode exitCode = ExitCode.Failure, string? remedy = null)
    {
        var text = log?.Text ?? "";
        var reason = log?.LastWarning;
        var message = $"cannot {operation}: {Errno.Explain(error)}" + (reason is null ? "" : $" (libbpf: {reason})");
        var file = (string?)null;
        if (VerifierLog.Summarize(text) is { } verifier)
        {
            file = VerifierLog.Save(text);
            message += Environment.NewLine + verifier;
            exitCode = ExitCode.RejectedByVerifier;
            remedy ??= file is null
                ? "Report the lines above together with the kernel's version."
                : $"The full verifier log is in {file}; report it together with the kernel's version.";
        }
        return new BpfException(exitCode, message, remedy ?? Errno.Remedy(error), operation, error, text, file);
    }
}
