// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>Messages of the scheduler process, one a line. The loop writes at debug level only: what it
/// did not have to say cannot delay it.</summary>
public sealed class SchedulerLog
{
    private readonly TextWriter _writer;
    private readonly string _name;
    private readonly int _verbosity;

    /// <summary>Creates a log.</summary>
    /// <param name="writer">Where lines go.</param>
    /// <param name="name">Word before each line.</param>
    /// <param name="verbosity">0 information, 1 debug, 2 and more trace.</param>
    public SchedulerLog(TextWriter writer, string name, int verbosity)
    {
        _writer = TextWriter.Synchronized(writer);
        _name = name;
        _verbosity = verbosity;
    }

    /// <summary>Whether debug messages are written: ask before making one in the loop.</summary>
    public bool IsDebug => _verbosity >= 1;

    /// <summary>What every user wants to know.</summary>
    public void Info(string message) => Write(message);

    /// <summary>What helps to find a fault.</summary>
    public void Debug(string message)
    {
        if (IsDebug)
            Write(message);
    }

    /// <summary>Everything else.</summary>
    public void Trace(string message)
    {
        if (_verbosity >= 2)
            Write(message);
    }

    /// <summary>Takes over the messages of libbpf: warnings and information at debug, the rest at trace.</summary>
    public void FromLibbpf(BpfLogLevel level, string message)
    {
        if (level == BpfLogLevel.Debug)
            Trace(message);
        else
            Debug(message);
    }

    private void Write(string message) => _writer.WriteLine($"{_name}: {message}");
}
