// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;

namespace Wd40.VmTests.Reports;

/// <summary>
/// Statistics of a scheduler on the user-space core, by their names: all are whole numbers. Counters that garbage was written into may be any: then
/// only their differences mean something.
/// </summary>
internal sealed class PolicyStats
{
    private readonly IReadOnlyDictionary<string, long> _numbers;

    private PolicyStats(IReadOnlyDictionary<string, long> numbers) => _numbers = numbers;

    /// <summary>All names, as the scheduler sends them.</summary>
    public IEnumerable<string> Names => _numbers.Keys;

    /// <summary>One of them.</summary>
    public long this[string name] => _numbers.TryGetValue(name, out var number) ? number : throw new FormatException($"there is no statistic {name}");

    /// <summary>Handed-over tasks less those that have come back in one of the four ways, less those that wait: 0 to the last task.</summary>
    public long Lost => this["nr_handed_over"] - Back - this["nr_waiting"];

    private long Back => this["nr_user_dispatches"] + this["nr_cancelled"] + this["nr_dead"] + this["nr_rescued"];

    /// <summary>Reads a line of <c>probe stats</c>.</summary>
    public static PolicyStats Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        var answer = document.RootElement.GetProperty("answer");
        if (answer.GetProperty("errno").GetInt32() != 0)
            throw new FormatException($"the server answered {answer}");
        return new PolicyStats(answer.GetProperty("args").GetProperty("resp").EnumerateObject()
            .ToDictionary(field => field.Name, field => unchecked((long)field.Value.GetUInt64())));
    }
}
