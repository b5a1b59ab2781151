// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;

namespace Wd40.Tool.Demo;

/// <summary>A virtual machine with a kernel that has sched_ext.</summary>
internal sealed class GuestMachine(Guest guest) : IDemoMachine
{
    private const int SigTerm = 15;

    public string Name => $"{guest.Kernel.Name} in QEMU, {guest.Options.Topology}";

    public string Files => "/opt/wd40";

    public async Task<DemoResult> RunAsync(string command, CancellationToken cancellation) =>
        Convert(await guest.RunAsync(command, cancellation: cancellation));

    public async Task<IDemoJob> StartAsync(string command, Action<string> line, CancellationToken cancellation) =>
        new Job(await guest.StartAsync(command, new GuestStreams { Lines = new LineSink(line) }, cancellation));

    public async Task<IReadOnlyList<string>> KernelTroubleAsync(CancellationToken cancellation) =>
        [.. KernelLogGate.Default.Check(await guest.ReadKernelLogAsync(cancellation))];

    public ValueTask DisposeAsync() => guest.DisposeAsync();

    private static DemoResult Convert(GuestResult result) => new(result.TimedOut ? 124 : result.ExitCode, result.Output, result.Error);

    private sealed class LineSink(Action<string> line) : IProgress<string>
    {
        public void Report(string value) => line(value);
    }

    private sealed class Job(GuestJob job) : IDemoJob
    {
        public bool HasEnded => job.HasEnded;

        public Task TerminateAsync(CancellationToken cancellation) => job.KillAsync(SigTerm, cancellation);

        public async Task<DemoResult> WaitAsync(CancellationToken cancellation) => Convert(await job.WaitAsync(cancellation: cancellation));
    }
}
