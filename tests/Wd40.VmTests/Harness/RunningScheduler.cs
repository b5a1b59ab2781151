// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.Vm;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests.Harness;

/// <summary>A scheduler running in a guest. Disposing ends it, if the test has not.</summary>
internal sealed class RunningScheduler : IAsyncDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const string ReportFile = "/tmp/wd40-report.json";

    /// <summary>
    /// The setting for which <c>wd40 run</c> would start itself anew (docs/debugging.md), which takes an emulated CPU seconds. Checks of the start itself, of
    /// adoption and of a debugger go without.
    /// </summary>
    private const string NoSecondStart = "DOTNET_EnableDiagnostics=0";

    /// <summary>Guest time within which it must be enabled; generous, because A-1 alone judges the time.</summary>
    private const int EnableLimitMs = 120_000;

    /// <summary>From the signal to the end; seconds are usual. Who takes longer hangs in the kernel, and waiting would only hide it.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(5);

    private readonly Guest _guest;
    private readonly GuestJob _job;

    private RunningScheduler(Guest guest, GuestJob job, string options)
    {
        _guest = guest;
        _job = job;
        Options = options;
    }

    /// <summary>The options it was started with.</summary>
    public string Options { get; }

    /// <summary>The process that runs.</summary>
    public GuestJob Job => _job;

    /// <summary>Starts it and waits until the kernel has enabled it.</summary>
    /// <param name="guest">Where.</param>
    /// <param name="options">Of <c>wd40 run</c> with the name of the scheduler.</param>
    /// <param name="variables">Environment, as NAME=VALUE words.</param>
    /// <param name="name">Of the scheduler: wd40, or compose.</param>
    public static async Task<RunningScheduler> StartAsync(Guest guest, string options, string variables = "", string name = "wd40")
    {
        var settings = options.Contains("--debuggable", StringComparison.Ordinal) ? "" : NoSecondStart;
        var command = $"rm -f {ReportFile}; exec env {settings} {variables} {GuestPrograms.Wd40} run {name} {options} --report {ReportFile}";
        var job = await guest.StartAsync(command).ConfigureAwait(false);
        var wait = await guest.StartAsync($"exec {GuestPrograms.Probe} enabled {EnableLimitMs}").ConfigureAwait(false);
        var ended = job.WaitAsync(guest.Options.LifeLimit);
        var enabled = wait.EndAsync();
        if (await Task.WhenAny(ended, enabled).ConfigureAwait(false) == ended)
        {
            await wait.KillAsync(SigTerm).ConfigureAwait(false);
            var result = await ended.ConfigureAwait(false);
            throw new AssertionException($"{name} {options} ended with status {result.ExitCode} before it was enabled:\n{result.Error}");
        }

        var answer = await enabled.ConfigureAwait(false);
        if (answer.ExitCode != 0)
        {
            await job.KillAsync(SigKill).ConfigureAwait(false);
            throw new AssertionException($"{name} {options} was not enabled: {answer.Error}\n{job.ErrorSoFar}");
        }

        // Its process has more to do before its loop begins, which takes an emulated CPU seconds beside hogs that come at once.
        var running = new RunningScheduler(guest, job, options);
        await running.AskAsync().ConfigureAwait(false);
        guest.Note($"{name} {options} enabled and serving");
        return running;
    }

    /// <summary>Starts a process that goes on with a kernel half that runs, and waits until it serves its statistics.</summary>
    /// <param name="guest">Where.</param>
    /// <param name="options">Of <c>wd40 run</c> with the name of the scheduler.</param>
    /// <param name="name">Of the scheduler.</param>
    public static async Task<RunningScheduler> AdoptAsync(Guest guest, string options, string name)
    {
        const string Serving = " schedules ";
        var job = await guest.StartAsync($"rm -f {ReportFile}; {GuestPrograms.ExecEager} {GuestPrograms.Wd40} run {name} {options} --report {ReportFile}").ConfigureAwait(false);
        for (var left = EnableLimitMs; !job.ErrorSoFar.Contains(Serving, StringComparison.Ordinal) && !job.OutputSoFar.Contains(Serving, StringComparison.Ordinal); left -= 100)
        {
            if (job.HasEnded || left <= 0)
                throw new AssertionException($"{name} {options} did not adopt what runs: {job.ErrorSoFar}");
            await guest.CallAsync("sleep 0.1").ConfigureAwait(false);
        }

        guest.Note($"{name} {options} has adopted what runs");
        return new RunningScheduler(guest, job, options);
    }

    /// <summary>Ends it with a signal and returns how the process ended.</summary>
    public async Task<GuestResult> StopAsync(int signal = SigTerm)
    {
        await _job.KillAsync(signal).ConfigureAwait(false);
        GuestResult result;
        try
        {
            result = await _job.EndAsync().WaitAsync(EndLimit).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            var state = await _guest.CallAsync("cat /sys/kernel/sched_ext/state").ConfigureAwait(false);
            throw new AssertionException($"wd40 {Options} does not end {EndLimit.TotalMinutes} minutes after signal {signal}; sched_ext is {state.Output}", e);
        }

        _guest.Note($"wd40 {Options} ended with {result.ExitCode}");
        return result;
    }

    /// <summary>Waits until the process ends by itself.</summary>
    public Task<GuestResult> WaitAsync() => _job.EndAsync();

    /// <summary>The exit report that it left.</summary>
    public async Task<JsonElement> ReadReportAsync()
    {
        using var document = JsonDocument.Parse(await _guest.ReadFileAsync(ReportFile).ConfigureAwait(false));
        return document.RootElement.Clone();
    }

    /// <summary>Its statistics now: totals since start.</summary>
    public async Task<ClusterStats> TotalsAsync() => GuestJson.Read<StatsLine>(await AskAsync().ConfigureAwait(false)).Stats;

    /// <summary>The same of a scheduler on the user-space core.</summary>
    public async Task<PolicyStats> PolicyTotalsAsync() => PolicyStats.Read(await AskAsync().ConfigureAwait(false));

    /// <summary>Waits until a policy decides: until its thread has come to its loop, and after a takeover, the kernel half serves all tasks.</summary>
    /// <returns>The statistics then.</returns>
    public async Task<PolicyStats> UntilDecidingAsync()
    {
        const int Tries = 100;
        for (var tries = 1; ; tries++)
        {
            var stats = await PolicyTotalsAsync().ConfigureAwait(false);
            if (stats["taken_over"] == 0)
                return stats;
            if (tries == Tries)
                throw new AssertionException($"the kernel half still serves all tasks after {Tries} looks");
            await _guest.CallAsync("sleep 0.1").ConfigureAwait(false);
        }
    }

    /// <summary>Switches a setting while it runs, as <c>wd40 tune</c> does, whose start takes an emulated CPU seconds.</summary>
    public async Task TuneAsync(string setting, bool on)
    {
        var value = on ? "true" : "false";
        var answer = await AskAsync($$$"""{"req":"tune","args":{"{{{setting}}}":{{{value}}}}}""").ConfigureAwait(false);
        Assert.That(answer, Does.Contain($"\"{setting}\":{value}"), "settings after the change");
    }

    private async Task<string> AskAsync(string request = StatsRecording.Totals)
    {
        var answer = await _guest.CallAsync($"{GuestPrograms.Probe} stats 1 1 '{request}'").ConfigureAwait(false);
        // What it said at its end tells more than that nobody answers.
        if (answer.ExitCode != 0 && _job.HasEnded)
            throw new AssertionException($"wd40 {Options} has ended by itself: {_job.ErrorSoFar}");
        return answer.EnsureSuccess().Output;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_job.HasEnded)
            return;
        await StopAsync(SigKill).ConfigureAwait(false);
        await _guest.CallAsync("until [ \"$(cat /sys/kernel/sched_ext/state)\" = disabled ]; do sleep 0.05; done").ConfigureAwait(false);
    }
}
