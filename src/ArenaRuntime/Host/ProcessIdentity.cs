// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>A process by its number and the time of its start, so that another one with the same number is not taken for it.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Started">When it was started, ticks since boot.</param>
public readonly record struct ProcessIdentity(int Pid, ulong Started)
{
    private const ulong PidMask = (1ul << WdConstants.OwnerPidBits) - 1;

    /// <summary>The namespace of processes that the kernel itself counts in.</summary>
    private const string FirstNamespace = "pid:[4026531836]";

    /// <summary>Field of /proc/PID/stat with the time of the start, counted from the one behind the name.</summary>
    private const int StartField = 19;

    /// <summary>This process.</summary>
    /// <exception cref="SchedulerException">It is in a container with process numbers of its own, by which the kernel half could not find it.</exception>
    public static ProcessIdentity Own
    {
        get
        {
            if (new FileInfo("/proc/self/ns/pid").LinkTarget is { } space && space != FirstNamespace)
            {
                throw new SchedulerException(ExitCode.UnfitMachine, $"this process is in {space}, where processes have other numbers than the kernel half sees",
                    "Run it outside of the container, or with the host's process numbers (--pid=host).");
            }
            var pid = Environment.ProcessId;
            return new ProcessIdentity(pid, StartOf(pid) ?? throw new SchedulerException(ExitCode.UnfitMachine, $"/proc does not say when process {pid} was started", "Mount /proc."));
        }
    }

    /// <summary>As struct wd_ownership has it.</summary>
    public ulong Word => (Started << WdConstants.OwnerPidBits) | (uint)Pid;

    /// <summary>True while the process runs, or is stopped; false when it has ended, whether its parent knows that or not.</summary>
    public bool IsAlive => StartOf(Pid) == Started;

    /// <summary>Reads the word.</summary>
    public static ProcessIdentity Of(ulong word) => new((int)(word & PidMask), word >> WdConstants.OwnerPidBits);

    /// <summary>Asks it to end, kills it if it does not, and returns when it has ended.</summary>
    /// <param name="patience">Time between the request and the end by force.</param>
    /// <returns>True if it ended by itself.</returns>
    /// <exception cref="BpfException">This user may not send it signals.</exception>
    /// <exception cref="SchedulerException">It does not end.</exception>
    public bool End(TimeSpan patience)
    {
        const int LongestDeathMs = 10_000;
        using var descriptor = new SafeFileHandle((nint)Interop.Libc.PidfdOpen(Interop.Libc.SysPidfdOpen, Pid, 0), ownsHandle: true);
        // Asked after it was opened: the descriptor is this process's, whatever becomes of the number.
        if (descriptor.IsInvalid || !IsAlive)
            return true;
        if (!Send(descriptor, Interop.Libc.SignalTerminate) || HasEnded(descriptor, (int)patience.TotalMilliseconds))
            return true;
        if (!Send(descriptor, Interop.Libc.SignalKill) || HasEnded(descriptor, LongestDeathMs))
            return false;
        throw new SchedulerException(ExitCode.Failure, $"process {Pid} does not end, although it was killed", $"It waits in the kernel: look at /proc/{Pid}/stack.");
    }

    /// <summary>False if it has ended.</summary>
    private bool Send(SafeFileHandle descriptor, int signal)
    {
        if (Interop.Libc.PidfdSendSignal(Interop.Libc.SysPidfdSendSignal, (int)descriptor.DangerousGetHandle(), signal, 0, 0) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Errno.NoSuchProcess ? false : throw BpfException.Create($"send signal {signal} to process {Pid}", error, null);
    }

    private static unsafe bool HasEnded(SafeFileHandle descriptor, int milliseconds)
    {
        var process = new Interop.Libc.PollDescriptor { Fd = (int)descriptor.DangerousGetHandle(), Events = Interop.Libc.PollIn };
        // SAFETY: one descriptor, on the stack.
        return Interop.Libc.Poll(&process, 1, milliseconds) > 0;
    }

    /// <summary>When a process was started; null if there is none, or it has ended.</summary>
    private static ulong? StartOf(int pid)
    {
        string line;
        try
        {
            line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        // The name may hold anything, blanks and brackets included.
        var fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ended = fields[0] is "Z" or "X";
        return ended ? null : ulong.Parse(fields[StartField], CultureInfo.InvariantCulture);
    }
}
