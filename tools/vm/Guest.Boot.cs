// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Net.Sockets;

namespace Wd40.Vm;

public sealed partial class Guest
{
    /// <summary>Gets the kernel and the image, waits for a guest slot of this machine, boots, and returns when the guest's agent answers.</summary>
    /// <exception cref="VmException">The kernel or the image cannot be had, or QEMU cannot be started.</exception>
    /// <exception cref="GuestDeadException">The kernel did not come up within <see cref="GuestOptions.BootLimit"/>.</exception>
    public static async Task<Guest> BootAsync(GuestOptions options, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                (Guest guest, _) = await StartAsync(options, interactive: false, progress, cancellation).ConfigureAwait(false);
                return guest;
            }
            catch (GuestDeadException dead) when (attempt < EmulatorFault.BootAttempts && dead.ByEmulator)
            {
                progress?.Report($"the emulator ran a stale breakpoint and the kernel died of it while it booted; booting again (attempt {attempt + 1} of "
                    + $"{EmulatorFault.BootAttempts})");
            }
        }
    }

    /// <summary>Boots with the serial console and a shell on this process' terminal, and returns when the shell has ended.</summary>
    public static async Task RunShellAsync(GuestOptions options, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Guest guest, QemuProcess qemu) = await StartAsync(options, interactive: true, progress, cancellation).ConfigureAwait(false);
        await using (guest.ConfigureAwait(false))
        {
            await qemu.WaitForExitAsync(options.LifeLimit).ConfigureAwait(false);
        }
    }

    private static async Task<(Guest Guest, QemuProcess Qemu)> StartAsync(
        GuestOptions options, bool interactive, IProgress<string>? progress, CancellationToken cancellation)
    {
        KernelImage kernel = await KernelCatalog.ResolveAsync(options.Kernel, progress, cancellation).ConfigureAwait(false);
        string image = await GuestImage.GetAsync(progress, cancellation).ConfigureAwait(false);
        FileStream slot = await VmCache.TakeGuestSlotAsync(progress, cancellation).ConfigureAwait(false);
        QemuProcess qemu = new(slot);
        try
        {
            string initramfs = Path.Combine(qemu.RunDirectory, "initramfs");
            GuestImage.WriteInitramfs(image, options.Files, initramfs);
            string socketPath = Path.Combine(qemu.RunDirectory, "agent");
            using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(socketPath));
            listener.Listen(1);
            progress?.Report($"booting {kernel.Name}: {options.Topology}, {options.Clock}");
            Stopwatch clock = Stopwatch.StartNew();
            qemu.Start(
                new QemuCommandLine(kernel.Path, initramfs, options.Topology, options.Clock, socketPath)
                {
                    Append = options.Append,
                    ConsoleFile = interactive ? null : qemu.ConsoleFile,
                },
                options.LifeLimit);

            using CancellationTokenSource connecting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task<Socket> accepting = listener.AcceptAsync(connecting.Token).AsTask();
            if (await Task.WhenAny(accepting, qemu.Exited).ConfigureAwait(false) != accepting)
            {
                await connecting.CancelAsync().ConfigureAwait(false);
                throw new VmException($"QEMU did not start: {qemu.HowItEnded}");
            }

            Guest guest = new(options, kernel, qemu, new AgentConnection(await accepting.ConfigureAwait(false)));
            guest._reading = Task.Run(guest.ReadFramesAsync, CancellationToken.None);
            try
            {
                await guest.OrDeathAsync(guest._hello.Task, options.BootLimit, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw await guest.DeclareDeadAsync($"the guest did not come up within {options.BootLimit.TotalSeconds:F0} s").ConfigureAwait(false);
            }

            guest.BootTime = clock.Elapsed;
            await guest.RequireFilesAsync(new FileInfo(initramfs).Length, cancellation).ConfigureAwait(false);
            progress?.Report($"guest is up after {guest.BootTime.TotalSeconds:F1} s");
            return (guest, qemu);
        }
        catch
        {
            await qemu.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A guest whose files did not fit comes up all the same: the kernel says so in its log, and leaves out what came last.</summary>
    private async Task RequireFilesAsync(long archiveLength, CancellationToken cancellation)
    {
        IReadOnlyList<KernelLogRecord> log = await ReadKernelLogAsync(cancellation).ConfigureAwait(false);
        if (GuestImage.UnpackingFault(log) is { } fault)
        {
            throw new VmException(
                $"the guest has not all of its files ({fault}). They are {archiveLength >> 20} MiB, which the kernel holds twice while it unpacks them and which may "
                + $"fill half of its memory, {Options.Topology.MemoryMiB} MiB. Give it {MemoryFor(archiveLength)} MiB (--memory), or fewer files.");
        }
    }

    /// <summary>Memory in MiB with which an archive of this length fits, in steps of 256.</summary>
    private static long MemoryFor(long archiveLength) => ((archiveLength >> 20) * 3 / 256 + 2) * 256;
}
