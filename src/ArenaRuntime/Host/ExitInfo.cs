// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>What the kernel said when it ended a scheduler.</summary>
/// <param name="Kind">The kernel's exit kind; 0 while the scheduler runs.</param>
/// <param name="KernelExitCode">The exit code that kernel or BPF side gave.</param>
/// <param name="Reason">The kind in the kernel's words.</param>
/// <param name="Message">Details; may be empty.</param>
/// <param name="Dump">State of tasks and CPUs when the kernel ended it because of an error; else empty.</param>
public sealed record ExitInfo(int Kind, long KernelExitCode, string Reason, string Message, string Dump)
{
    private const int UnregisteredByBpf = 65, UnregisteredByKernel = 66, Stall = 1026;

    /// <summary>SCX_ECODE_ACT_RESTART.</summary>
    private const long RestartBit = 1L << 48;

    /// <summary>True if the scheduler is to be started again: a CPU came or went.</summary>
    public bool IsRestart => Kind is UnregisteredByBpf or UnregisteredByKernel && (KernelExitCode & RestartBit) != 0;

    /// <summary>What a process should exit with. Kinds that newer kernels add count as errors.</summary>
    public ExitCode ExitCode => Kind switch
    {
        <= UnregisteredByKernel => ExitCode.Clean,
        Stall => ExitCode.EjectedByWatchdog,
        _ => ExitCode.EjectedByError,
    };

    /// <summary>Reads the record that the core's exit callback left. Bytes that are no text are replaced.</summary>
    public static ExitInfo Read(ref WdExitRecord record) =>
        new(Volatile.Read(ref record.Kind), record.ExitCode, Text(record.Reason), Text(record.Msg), Text(record.Dump));

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
