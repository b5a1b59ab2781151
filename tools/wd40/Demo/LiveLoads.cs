// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>Statistics of a scheduler with a load balancer: the loads of its domains, and migrations.</summary>
internal sealed class LiveLoads(IProgress<string> progress) : LiveStatistics(progress)
{
    private ulong _requested, _applied;

    protected override string? Read(JsonElement sample)
    {
        if (!sample.TryGetProperty("nodes", out var nodes))
            return null;
        var text = new StringBuilder("domain loads");
        foreach (var node in nodes.EnumerateObject())
        {
            foreach (var domain in node.Value.GetProperty("doms").EnumerateObject())
                text.Append(CultureInfo.InvariantCulture, $"  {domain.Name}: {domain.Value.GetProperty("load").GetDouble(),5:0.00}");
        }
        _requested += sample.GetProperty("nr_requested").GetUInt64();
        _applied += sample.GetProperty("nr_migrations").GetUInt64();
        text.Append(CultureInfo.InvariantCulture, $"   migrations requested {_requested}, applied {_applied}");
        text.Append(CultureInfo.InvariantCulture, $"   CPUs busy {sample.GetProperty("cpu_busy").GetDouble():0} %");
        return text.ToString();
    }
}
