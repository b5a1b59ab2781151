// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;
using Wd40.ArenaRuntime;
using Wd40.Schedulers.Trials;

namespace Wd40.Schedulers;

/// <summary>How a run of a scheduler ended: what is printed at the end, and written to the file of --report.</summary>
public sealed record ExitReport
{
    /// <summary>Name of the scheduler.</summary>
    public required string Scheduler { get; init; }

    /// <summary>What the process exits with.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The exit code in words: the name of the cause.</summary>
    public required string Cause { get; init; }

    /// <summary>What failed and why; null after a clean end.</summary>
    public string? Failure { get; init; }

    /// <summary>What to do next; null after a clean end.</summary>
    public string? Remedy { get; init; }

    /// <summary>The kernel's exit kind; 0 when it never ran or is not known.</summary>
    public int Kind { get; init; }

    /// <summary>The exit code that kernel or BPF side gave.</summary>
    public long KernelExitCode { get; init; }

    /// <summary>The kernel's reason.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The kernel's message.</summary>
    public string Message { get; init; } = "";

    /// <summary>The kernel's debug dump; empty unless it ejected the scheduler.</summary>
    public string Dump { get; init; } = "";

    /// <summary>Times the scheduler was started anew after a CPU came or went.</summary>
    public int Restarts { get; init; }

    /// <summary>Seconds from the first attach to the end.</summary>
    public double Seconds { get; init; }

    /// <summary>The periodic steps of the last run.</summary>
    public IReadOnlyList<StepReport> Steps { get; init; } = [];

    /// <summary>The balancer's requests in the last run; null when it never ran.</summary>
    public RequestReport? Requests { get; init; }

    /// <summary>Bytes that the loop's thread allocated in the last run's loop; 0 unless something is wrong.</summary>
    public long LoopAllocatedBytes { get; init; }

    /// <summary>Garbage collections during the last run's loop; 0 unless something is wrong.</summary>
    public int LoopCollections { get; init; }

    /// <summary>What a trial showed; null without one, and when it was confirmed: then it has been said at that moment.</summary>
    public TrialReport? Trial { get; init; }

    /// <summary>The report of a run that failed before or while attaching.</summary>
    public static ExitReport FromFailure(string scheduler, SchedulerException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new ExitReport
        {
            Scheduler = scheduler,
            ExitCode = (int)failure.ExitCode,
            Cause = failure.ExitCode.ToString(),
            Failure = failure.Message,
            Remedy = failure.Remedy,
        };
    }

    /// <summary>Prints it the way schedulers of the field do: dump between lines of =, then <c>EXIT: reason (message)</c>.</summary>
    public void Print(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Dump.Length > 0)
        {
            var line = new string('=', 80);
            writer.WriteLine(line);
            writer.WriteLine(Dump.TrimEnd('\n'));
            writer.WriteLine(line);
        }
        if (Kind != 0)
            writer.WriteLine(Message.Length > 0 ? $"EXIT: {Reason} ({Message})" : $"EXIT: {Reason}");
        if (Failure is not null)
        {
            writer.WriteLine($"{Scheduler}: error: {Failure}");
            writer.WriteLine($"{Scheduler}: {Remedy}");
        }
        else if (ExitCode != (int)ArenaRuntime.ExitCode.Clean)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Scheduler}: error: the kernel ejected the scheduler, exit kind {Kind}; the machine is back on the default scheduler"));
        }
    }

    /// <summary>Writes it as JSON.</summary>
    /// <exception cref="SchedulerException">The file cannot be written.</exception>
    public void Save(string path)
    {
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(this, SchedulerJson.Default.ExitReport) + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SchedulerException(ArenaRuntime.ExitCode.Failure, $"cannot write the exit report to {path}: {failure.Message}",
                "Name a file in a directory that exists and can be written with --report.", failure);
        }
    }
}
