// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;

namespace Wd40.Tool.Statistics;

/// <summary>
/// The monitor of --stats: a child process, so that its allocations never stop the scheduler's threads. It ends with its parent,
/// however that ends: its standard input is a pipe that the parent holds open.
/// </summary>
public sealed class MonitorProcess : IDisposable
{
    private const string ChildVariable = "WD40_MONITOR_CHILD";
    private readonly Process _process;

    private MonitorProcess(Process process) => _process = process;

    /// <summary>Whether this process is the monitor of a scheduler.</summary>
    internal static bool IsChild => Environment.GetEnvironmentVariable(ChildVariable) == "1";

    /// <summary>Starts the monitor. Call it before attach.</summary>
    /// <param name="command">Arguments of this program that lead to the scheduler's options, perhaps none: <c>run wd40</c>.</param>
    /// <param name="options">What to ask and to print.</param>
    public static MonitorProcess Start(IReadOnlyList<string> command, MonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(options);
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is unknown");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, UseShellExecute = false };
        // Started as "dotnet wd40.dll": the host needs the name of the assembly again.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in command)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--monitor");
        start.ArgumentList.Add(options.Seconds.ToString("R", CultureInfo.InvariantCulture));
        start.ArgumentList.Add("--stats-path");
        start.ArgumentList.Add(options.StatsPath);
        if (options.Json)
            start.ArgumentList.Add("--json");
        if (options.OpenMetricsPath is not null)
        {
            start.ArgumentList.Add("--openmetrics");
            start.ArgumentList.Add(options.OpenMetricsPath);
        }
        start.Environment[ChildVariable] = "1";
        return new MonitorProcess(Process.Start(start) ?? throw new InvalidOperationException($"could not start {program}"));
    }

    /// <summary>Ends the monitor.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(2)))
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>Cancels when the parent has ended.</summary>
    internal static async Task WaitForParentAsync(CancellationTokenSource end)
    {
        var input = Console.OpenStandardInput();
        await using (input.ConfigureAwait(false))
        {
            var buffer = new byte[16];
            while (await input.ReadAsync(buffer).ConfigureAwait(false) > 0)
            {
            }
        }
        await end.CancelAsync().ConfigureAwait(false);
    }
}
