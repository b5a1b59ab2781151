// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>The arguments of one QEMU process.</summary>
internal sealed record QemuCommandLine(string Kernel, string Initramfs, VmTopology Topology, ClockMode Clock, string AgentSocket)
{
    /// <summary>Name of the QEMU program.</summary>
    public const string Program = "qemu-system-x86_64";

    /// <summary>Name of the port that the agent looks for.</summary>
    public const string AgentPort = "wd40.agent";

    /// <summary>
    /// All that the emulator can do, but not what tells a kernel to copy byte by byte: a processor does this in few steps, the emulator one at a time. With
    /// them a boot and a start of a scheduler take 53 s in instruction-count mode, without them 33.
    /// </summary>
    private const string EmulatedCpu = "max,-erms,-fsrm";

    /// <summary>Further kernel arguments, after those of the runner.</summary>
    public string Append { get; init; } = "";

    /// <summary>File that receives the serial console; null connects it with this process' terminal and starts a shell there.</summary>
    public string? ConsoleFile { get; init; }

    /// <summary>The kernel's command line.</summary>
    public string KernelArguments()
    {
        // tsc=reliable: otherwise the kernel may drop the TSC for the hpet, and every latency figure measures that.
        // loglevel=5: warnings reach the console, so that the last lines of a dead guest say why it died.
        // cryptomgr.notests: the kernel's crypto self-tests keep one CPU busy for half a minute of emulated time.
        string fixedPart = "console=ttyS0 panic=-1 quiet loglevel=5 log_buf_len=4M tsc=reliable cryptomgr.notests";
        string deterministic = Clock == ClockMode.InstructionCount ? " nokaslr norandmaps" : "";
        string shell = ConsoleFile is null ? " wd40.shell" : "";
        return $"{fixedPart}{deterministic}{shell}{(Append.Length > 0 ? " " + Append : "")}";
    }

    /// <summary>All arguments, for <see cref="System.Diagnostics.ProcessStartInfo.ArgumentList"/>.</summary>
    public IReadOnlyList<string> Arguments() =>
    [
        .. ClockArguments(),
        .. Topology.QemuArguments(),
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-kernel", Kernel, "-initrd", Initramfs, "-append", KernelArguments(),
        "-serial", ConsoleFile is null ? "mon:stdio" : $"file:{ConsoleFile.Replace(",", ",,", StringComparison.Ordinal)}",
        "-device", "virtio-serial-pci",
        // The runner listens and QEMU connects before the guest starts: the agent never sees a port without a host.
        "-chardev", $"socket,id=agent,path={AgentSocket.Replace(",", ",,", StringComparison.Ordinal)},server=off",
        "-device", $"virtserialport,chardev=agent,name={AgentPort}",
    ];

    private string[] ClockArguments() => Clock switch
    {
        ClockMode.Parallel => ["-accel", "tcg,thread=multi", "-cpu", EmulatedCpu],
        ClockMode.InstructionCount =>
        [
            "-accel", "tcg,thread=single", "-cpu", EmulatedCpu, "-icount", "shift=3,sleep=off", "-seed", "1",
            "-rtc", "base=2026-01-01T00:00:00,clock=vm",
        ],
        ClockMode.Kvm => ["-accel", "kvm", "-cpu", "host"],
        _ => throw new ArgumentOutOfRangeException(nameof(Clock), Clock, "unknown clock mode"),
    };
}
