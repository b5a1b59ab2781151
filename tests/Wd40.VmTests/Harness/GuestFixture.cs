// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Schedulers;
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>
/// Tests that share one boot of one guest. After each test the kernel log is looked at: a warning, bug or stall fails the test
/// during which it came, and after a stall the tests that follow fail at once, since each would take minutes and prove nothing.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal abstract class GuestFixture
{
    private readonly GuestOptions _options;
    private Guest? _guest;
    private RunningScheduler? _shared;
    private int _logSeen;
    private string? _stall;

    /// <summary>Tests in a guest.</summary>
    /// <param name="kernel">A series, or <c>newest</c>.</param>
    /// <param name="topology">Processors and memory.</param>
    /// <param name="clock">What the tests may prove, see docs of the runner.</param>
    /// <param name="scheduler">Name of the scheduler that they are about.</param>
    protected GuestFixture(string kernel, VmTopology topology, ClockMode clock, string scheduler = Wd40Scheduler.Name)
    {
        Scheduler = scheduler;
        _options = new GuestOptions { Kernel = kernel, Topology = topology, Clock = clock, BootLimit = TimeSpan.FromMinutes(5) };
    }

    /// <summary>Name of the scheduler that the tests are about.</summary>
    protected string Scheduler { get; }

    /// <summary>The guest.</summary>
    protected Guest Guest => _guest ?? throw new InvalidOperationException("the guest did not boot");

    /// <summary>
    /// Boots. In emulation a machine has been seen to stall from before a scheduler was loaded until its end: one that has a stall in its log so
    /// early is booted once more. Any other complaint fails the fixture.
    /// </summary>
    [OneTimeSetUp]
    public async Task BootAsync()
    {
        _guest = await Guest.BootAsync(_options with { Files = GuestPrograms.All() }, new TestProgress()).ConfigureAwait(false);
        var findings = await FindingsAsync(_guest).ConfigureAwait(false);
        if (StallIn(findings) is { } stall)
        {
            await TestContext.Error.WriteLineAsync($"{_guest.Kernel.Name} stalled at boot and is booted once more: {stall}").ConfigureAwait(false);
            await _guest.DisposeAsync().ConfigureAwait(false);
            _logSeen = 0;
            _guest = await Guest.BootAsync(_options with { Files = GuestPrograms.All() }, new TestProgress()).ConfigureAwait(false);
            findings = await FindingsAsync(_guest).ConfigureAwait(false);
        }

        Assert.That(findings, Is.Empty, "the kernel complained while it booted");
    }

    /// <summary>Ends the guest.</summary>
    [OneTimeTearDown]
    public async Task PowerOffAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Refuses to go on in a guest that has stalled.</summary>
    [SetUp]
    public void RefuseStalledGuest() => Assert.That(_stall, Is.Null, "the guest stalled during an earlier test: what it does now proves nothing");

    /// <summary>The kernel-log gate.</summary>
    [TearDown]
    public async Task CheckKernelLogAsync()
    {
        if (_guest is null || _stall is not null)
            return;
        var findings = await FindingsAsync(_guest).ConfigureAwait(false);
        _stall = StallIn(findings);
        Assert.That(findings, Is.Empty, "the kernel complained during this test");
    }

    private static string? StallIn(IReadOnlyList<string> findings) =>
        findings.FirstOrDefault(finding => finding.Contains("stall", StringComparison.Ordinal));

    /// <summary>What the gate finds in the part of the kernel log that has come since the last look; with what stands around it in the test's output.</summary>
    private async Task<IReadOnlyList<string>> FindingsAsync(Guest guest)
    {
        const int LinesAround = 60;
        var log = await guest.ReadKernelLogAsync().ConfigureAwait(false);
        KernelLogRecord[] fresh = [.. log.Skip(_logSeen)];
        _logSeen = log.Count;
        var findings = KernelLogGate.Default.Check(fresh);
        if (findings.Count > 0)
        {
            var first = Array.FindIndex(fresh, record => record.ToString() == findings[0]);
            TestContext.Out.WriteLine(string.Join('\n', fresh.Skip(Math.Max(0, first - 5)).Take(LinesAround)));
        }

        return findings;
    }

    /// <summary>A scheduler with these options that further tests may go on using; ends another one that runs.</summary>
    /// <param name="options">Of the command line.</param>
    /// <param name="variables">Environment, as NAME=VALUE words; the same for all tests that share it.</param>
    protected async Task<RunningScheduler> SharedSchedulerAsync(string options, string variables = "")
    {
        if (_shared is not null && !_shared.Job.HasEnded && _shared.Options == options)
            return _shared;
        await EndSharedSchedulerAsync().ConfigureAwait(false);
        return _shared = await OwnSchedulerAsync(options, variables).ConfigureAwait(false);
    }

    /// <summary>A scheduler of the test's own, which disposes it; the shared one must have ended.</summary>
    /// <param name="options">Of the command line.</param>
    /// <param name="variables">Environment, as NAME=VALUE words.</param>
    protected Task<RunningScheduler> OwnSchedulerAsync(string options, string variables = "") =>
        RunningScheduler.StartAsync(Guest, options, variables, Scheduler);

    /// <summary>Ends the shared scheduler, so that the default one schedules.</summary>
    protected async Task EndSharedSchedulerAsync()
    {
        if (_shared is not null)
            await _shared.DisposeAsync().ConfigureAwait(false);
        _shared = null;
    }

    /// <summary>Runs the workload program and reads its report.</summary>
    protected async Task<T> LoadAsync<T>(string arguments) =>
        (await Guest.CallAsync($"{GuestPrograms.Load} {arguments}").ConfigureAwait(false)).ReadJson<T>();

    /// <summary>Wake-up delays beside hogs: of three windows the one in the middle, by its 99th percentile. A single one sways by a third.</summary>
    /// <param name="options">Options of <c>wd40-load timer</c>.</param>
    protected async Task<WakeupsReport> MiddleOfThreeAsync(string options)
    {
        var windows = new List<WakeupsReport>();
        for (var i = 0; i < 3; i++)
            windows.Add(await LoadAsync<WakeupsReport>($"timer {options}").ConfigureAwait(false));
        return windows.OrderBy(window => window.DelayNs.P99).ElementAt(1);
    }

    /// <summary>A file of the guest as one word.</summary>
    protected async Task<string> ReadWordAsync(string path) =>
        (await Guest.CallAsync($"cat {path}").ConfigureAwait(false)).EnsureSuccess().Output.Trim();

    /// <summary>Takes a CPU away or gives it back; a scheduler that runs starts again.</summary>
    protected async Task SetOnlineAsync(int cpu, bool online) =>
        (await Guest.CallAsync($"echo {(online ? 1 : 0)} > /sys/devices/system/cpu/cpu{cpu}/online").ConfigureAwait(false)).EnsureSuccess();

    /// <summary>The kernel's state of sched_ext.</summary>
    protected Task<string> StateAsync() => ReadWordAsync("/sys/kernel/sched_ext/state");

    private sealed class TestProgress : IProgress<string>
    {
        public void Report(string value) => TestContext.Progress.WriteLine($"vm: {value}");
    }
}
