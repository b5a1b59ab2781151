// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Names, meanings and remedies of the errno values that BPF operations return.</summary>
internal static class Errno
{
    internal const int Perm = 1, NoEntry = 2, NoSuchProcess = 3, TooBig = 7, NoMemory = 12, Access = 13, Busy = 16, Exists = 17, Invalid = 22,
        NoSpace = 28, Range = 34, OpNotSupported = 95, NotSupported = 524;

    private static readonly Dictionary<int, (string Name, string Meaning, string Remedy)> _known = new()
    {
        [Perm] = ("EPERM", "not permitted", "Run as root, or give the process CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN."),
        [NoEntry] = ("ENOENT", "not found", "Check that the kernel provides what the message names; `wd40 doctor` lists what is missing."),
        [NoSuchProcess] = ("ESRCH", "a kernel type or symbol does not exist", "This kernel lacks something the scheduler needs; `wd40 doctor` names it."),
        [TooBig] = ("E2BIG", "too large for the kernel", "Lower --max-tasks, or report the verifier's figures if a program is named."),
        [NoMemory] = ("ENOMEM", "out of memory", "Free memory or lower --max-tasks."),
        [Access] = ("EACCES", "refused by the kernel", "Look at the verifier log; if there is none, check the process's privileges."),
        [Busy] = ("EBUSY", "in use", "Stop the other sched_ext scheduler first; its name is in /sys/kernel/sched_ext/root/ops."),
        [Exists] = ("EEXIST", "exists already", "Stop the other instance first."),
        [Invalid] = ("EINVAL", "the kernel or libbpf does not accept the request", "Look at the libbpf messages; run with --verbose for all of them."),
        [NoSpace] = ("ENOSPC", "no space", "Free memory, or raise the limit the message names."),
        [Range] = ("ERANGE", "out of range", "Check the arena's address and size: it may not cross a 4-GiB boundary."),
        [OpNotSupported] = ("EOPNOTSUPP", "not supported by this kernel", "PREEMPT_RT kernels and kernels older than 6.16 cannot run these schedulers; `wd40 doctor` says more."),
        [NotSupported] = ("ENOTSUPP", "not supported by this kernel's BPF", "Switch the BPF JIT on: sysctl net.core.bpf_jit_enable=1."),
    };

    internal static string Name(int error) => _known.TryGetValue(error, out var known) ? known.Name : $"errno {error}";

    /// <summary>"EPERM (1): not permitted".</summary>
    internal static string Explain(int error) => _known.TryGetValue(error, out var known)
        ? $"{known.Name} ({error}): {known.Meaning}"
        : $"errno {error}";

    internal static string Remedy(int error) => _known.TryGetValue(error, out var known)
        ? known.Remedy
        : "Run with --verbose to see all messages of libbpf.";
}
