// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>Turns the monitor's JSON lines into progress lines and adds the migrations up.</summary>
internal sealed class LiveLoads(IProgress<string> progress)
{
    private readonly Lock _lock = new();
    private ulong _requested, _applied;
    private int _samples;

    /// <summary>Migrations requested so far.</summary>
    public ulong Requested
    {
        get
        {
            lock (_lock)
                return _requested;
        }
    }

    /// <summary>Migrations applied so far.</summary>
    public ulong Applied
    {
        get
        {
            lock (_lock)
                return _applied;
        }
    }

    /// <summary>Samples taken so far.</summary>
    public int Samples
    {
        get
        {
            lock (_lock)
                return _samples;
        }
    }

    /// <summary>Takes a line of the monitor; lines that are not statistics are passed over.</summary>
    public void Take(string line)
    {
        if (!line.StartsWith('{'))
            return;
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        if (!root.TryGetProperty("nodes", out var nodes))
            return;
        var text = new StringBuilder("domain loads");
        foreach (var node in nodes.EnumerateObject())
        {
            foreach (var domain in node.Value.GetProperty("doms").EnumerateObject())
                text.Append(CultureInfo.InvariantCulture, $"  {domain.Name}: {domain.Value.GetProperty("load").GetDouble(),5:0.00}");
        }
        lock (_lock)
        {
            _samples++;
            _requested += root.GetProperty("nr_requested").GetUInt64();
            _applied += root.GetProperty("nr_migrations").GetUInt64();
            text.Append(CultureInfo.InvariantCulture, $"   migrations requested {_requested}, applied {_applied}");
            text.Append(CultureInfo.InvariantCulture, $"   CPUs busy {root.GetProperty("cpu_busy").GetDouble():0} %");
        }
        progress.Report(text.ToString());
    }
}
