// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>The named steps of a start: each failure says which step failed, and keeps its exit code and remedy.</summary>
public sealed class StartSequence
{
    private readonly string _scheduler;
    private readonly SchedulerLog _log;
    private readonly List<(string Step, TimeSpan Duration)> _done = [];

    /// <summary>Begins a start.</summary>
    public StartSequence(string scheduler, SchedulerLog log)
    {
        _scheduler = scheduler;
        _log = log;
    }

    /// <summary>The steps done, in order, with the time each took.</summary>
    public IReadOnlyList<(string Step, TimeSpan Duration)> Done => _done;

    /// <summary>Does one step.</summary>
    /// <param name="step">Its name in messages.</param>
    /// <param name="exitCode">Exit code of failures that bring none of their own.</param>
    /// <param name="action">The step.</param>
    /// <exception cref="SchedulerException">The step failed.</exception>
    public T Do<T>(string step, ExitCode exitCode, Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var begin = Stopwatch.GetTimestamp();
        T result;
        try
        {
            result = action();
        }
        catch (SchedulerException failure)
        {
            var code = failure.ExitCode == ExitCode.Failure ? exitCode : failure.ExitCode;
            throw new SchedulerException(code, $"cannot start {_scheduler}: step '{step}': {failure.Message}", failure.Remedy, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or OutOfMemoryException or InvalidOperationException)
        {
            throw new SchedulerException(exitCode, $"cannot start {_scheduler}: step '{step}': {failure.Message}",
                "Run with --verbose for the messages before it, or `wd40 doctor` for the state of the machine.", failure);
        }
        var duration = Stopwatch.GetElapsedTime(begin);
        _done.Add((step, duration));
        _log.Debug(string.Create(CultureInfo.InvariantCulture, $"{step}: {duration.TotalMilliseconds:0.0} ms"));
        return result;
    }

    /// <summary>Does one step without a result.</summary>
    /// <exception cref="SchedulerException">The step failed.</exception>
    public void Do(string step, ExitCode exitCode, Action action) => Do(step, exitCode, () =>
    {
        action();
        return true;
    });
}
