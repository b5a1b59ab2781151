// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Tool.Demo;

namespace Wd40.UnitTests.Tool;

/// <summary>A machine of a demonstration that answers commands from what a test has planted.</summary>
internal sealed class FakeMachine : IDemoMachine
{
    private const string Frames = """
        {"scenario":"frames","valid":true,"period_ns":16700000,"work_ns":5000000,"frames":FRAMES,"missed_frames":MISSED,
        "delay_ns":{"count":720,"mean":2,"min":1,"p50":1800000,"p90":4000000,"p99":P99,"max":9000000},
        "frame_ns":{"count":720,"mean":2,"min":1,"p50":17600000,"p90":4000000,"p99":43500000,"max":60000000},
        "delay_counts":[{"below_ns":250000,"count":119},{"below_ns":16700000,"count":601},{"below_ns":null,"count":0}],
        "jobs":245,"jobs_per_s":12.25,"idle_share":0.002}
        """;

    private const string Loads = """
        @wd40-demo hogs {"groups":[{"moves":3,"members":[{"share":0.5},{"share":0.5}]}],"idle_share":0.001}
        @wd40-demo timer {"delay_ns":{"p50":1500000,"p99":6000000}}
        """;

    private bool _running, _ranOnce;

    /// <summary>How the scheduler ends; its job ends at once when it is not to be enabled.</summary>
    public DemoResult End { get; init; } = new(0, "", "");

    public bool ComesUp { get; init; } = true;

    public bool StaysAttached { get; init; }

    public int Decisions { get; init; } = 400;

    /// <summary>What the scheduler leaves in the file that it was given for its exit report.</summary>
    public string ExitReport { get; init; } = """{"requests":{"requested":9,"applied":8}}""";

    public IReadOnlyList<string> KernelLog { get; init; } = [];

    public List<string> Commands { get; } = [];

    public string Name => "a machine of 4 CPUs";

    public string Files => "/opt/wd40";

    public static string FramesReport(int frames = 720, int missed = 478, int p99 = 5_500_000) =>
        Frames.Replace("FRAMES", $"{frames}", StringComparison.Ordinal).Replace("MISSED", $"{missed}", StringComparison.Ordinal).Replace("P99", $"{p99}", StringComparison.Ordinal);

    public Task<DemoResult> RunAsync(string command, CancellationToken cancellation)
    {
        Commands.Add(command);
        return Task.FromResult(new DemoResult(0, "", "") switch
        {
            var ok when command.Contains("selftest", StringComparison.Ordinal) => ok with { Output = """{"loops_per_us":20,"full_loops_per_us":5.5}""" },
            var ok when command.Contains("wd40-load frames", StringComparison.Ordinal) => ok with { Output = _running ? FramesReport(1195, 3, 3_850_000) : FramesReport() },
            var ok when command.Contains("@wd40-demo", StringComparison.Ordinal) => ok with { Output = Loads },
            var ok when command == "nproc" => ok with { Output = "8\n" },
            var ok when command == "mktemp" => ok with { Output = "/tmp/report\n" },
            var ok when command.StartsWith("cat /tmp/report;", StringComparison.Ordinal) => ok with { Output = ExitReport },
            var ok when command.Contains("root/ops", StringComparison.Ordinal) => _running ? ok with { Output = "rustland_0.1.0\n" } : ok with { ExitCode = 1 },
            var ok when command.Contains("/state", StringComparison.Ordinal) => ok with { Output = _running || (_ranOnce && StaysAttached) ? "enabled\n" : "disabled\n" },
            var ok => ok,
        });
    }

    public Task<IDemoJob> StartAsync(string command, Action<string> line, CancellationToken cancellation)
    {
        Commands.Add(command);
        if (command.Contains("--monitor", StringComparison.Ordinal))
        {
            line("not a sample");
            for (var i = 0; i < 2; i++)
            {
                line(command.Contains("run rustland", StringComparison.Ordinal)
                    ? $$"""{"nr_user_dispatches":{{Decisions}},"nr_kernel_dispatches":7,"nr_waiting":1,"nr_takeovers":0}"""
                    : """{"nodes":{"0":{"doms":{"0":{"load":8.5},"1":{"load":7.5}}}},"nr_requested":1,"nr_migrations":2,"cpu_busy":100}""");
            }
            return Task.FromResult<IDemoJob>(new Job(() => { }, new DemoResult(0, "", "")));
        }
        _running = _ranOnce = ComesUp;
        return Task.FromResult<IDemoJob>(new Job(() => _running = false, End) { HasEnded = !ComesUp });
    }

    public Task<IReadOnlyList<string>> KernelTroubleAsync(CancellationToken cancellation) => Task.FromResult(KernelLog);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Job(Action end, DemoResult result) : IDemoJob
    {
        public bool HasEnded { get; set; }

        public Task TerminateAsync(CancellationToken cancellation)
        {
            end();
            HasEnded = true;
            return Task.CompletedTask;
        }

        public Task<DemoResult> WaitAsync(CancellationToken cancellation) => Task.FromResult(result);
    }
}
