// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>Turns the monitor's JSON lines into progress lines and adds up what they count. Lines come from a thread of their own.</summary>
internal abstract class LiveStatistics(IProgress<string> progress)
{
    // Held while a sample is taken, and by who reads a sum.
    private readonly Lock _gate = new();
    private int _samples;

    /// <summary>Samples taken so far.</summary>
    public int Samples => Locked(in _samples);

    /// <summary>Takes a line of the monitor; lines that are not statistics are passed over.</summary>
    public void Take(string line)
    {
        if (!line.StartsWith('{'))
            return;
        using var document = JsonDocument.Parse(line);
        string? text;
        lock (_gate)
        {
            text = Read(document.RootElement);
            if (text is null)
                return;
            _samples++;
        }
        progress.Report(text);
    }

    /// <summary>A sum, as it is between two samples.</summary>
    protected T Locked<T>(ref readonly T sum)
    {
        lock (_gate)
            return sum;
    }

    /// <summary>Adds a sample up; no sum is read meanwhile.</summary>
    /// <returns>A line about it, or null when it is no sample.</returns>
    protected abstract string? Read(JsonElement sample);
}
