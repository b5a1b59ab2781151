// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.Vm;

namespace Wd40.VmTests.Harness;

/// <summary>What a running wd40 takes of a guest's memory.</summary>
/// <param name="HugePages">Whether the process may have transparent huge pages.</param>
/// <param name="ProcessKiB">The process's share of what is mapped (PSS), its arena included.</param>
/// <param name="MapsKiB">Kernel memory of its other BPF maps.</param>
internal sealed record ProcessMemory(bool HugePages, long ProcessKiB, long MapsKiB)
{
    /// <summary>What a scheduler may take as a whole, process and maps.</summary>
    public const long LimitKiB = 64 << 10;

    /// <summary>BPF_MAP_TYPE_ARENA: its pages count with the process that maps them.</summary>
    private const int ArenaMapType = 33;

    /// <summary>All of it.</summary>
    public long SumKiB => ProcessKiB + MapsKiB;

    /// <summary>Reads it of the one process that there is.</summary>
    public static async Task<ProcessMemory> ReadAsync(Guest guest)
    {
        var words = (await guest.CallAsync($$"""
            p=$(pidof wd40)
            awk '/^THP_enabled:/ { print $2 }' /proc/$p/status
            awk '/^Pss:/ { print $2 }' /proc/$p/smaps_rollup
            awk 'FNR == 1 { type = {{ArenaMapType}} } /^map_type:/ { type = $2 } /^memlock:/ { bytes = $2 }
                /^map_id:/ && type != {{ArenaMapType}} && !seen[$2]++ { sum += bytes } END { print int(sum / 1024) }' /proc/$p/fdinfo/*
            """).ConfigureAwait(false)).EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var numbers = words.Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        if (numbers is not [0 or 1, > 0, > 0])
            throw new AssertionException($"no memory of a scheduler: {string.Join(' ', words)}");
        return new ProcessMemory(numbers[0] != 0, numbers[1], numbers[2]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"process {ProcessKiB} KiB (its share of what is mapped), kernel memory of its other maps {MapsKiB} KiB";
}
