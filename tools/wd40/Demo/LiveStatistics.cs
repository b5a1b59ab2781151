// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>Turns the monitor's JSON lines into progress lines and adds up what they count. Lines come from a thread of their own.</summary>
internal abstract class LiveStatistics(IProgress<string> progress)
{
    private int _samples;

    /// <summary>Samples taken so far.</summary>
    public int Samples
    {
        get
        {
            lock (Gate)
                return _samples;
        }
    }

    /// <summary>Held while a sample is taken; who reads a sum takes it as well.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Takes a line of the monitor; lines that are not statistics are passed over.</summary>
    public void Take(string line)
    {
        if (!line.StartsWith('{'))
            return;
        using var document = JsonDocument.Parse(line);
        string? text;
        lock (Gate)
        {
            text = Read(document.RootElement);
            if (text is null)
                return;
            _samples++;
        }
        progress.Report(text);
    }

    /// <summary>Adds a sample up; called with <see cref="Gate"/> held.</summary>
    /// <returns>A line about it, or null when it is no sample.</returns>
    protected abstract string? Read(JsonElement sample);
}
