// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;

namespace Wd40.Schedulers;

/// <summary>CPU masks in the kernel's list form.</summary>
public static class CpuList
{
    /// <summary>A mask as <c>0-3,6</c>; empty for an empty mask.</summary>
    public static string Format(ReadOnlySpan<ulong> mask)
    {
        var text = new StringBuilder();
        var count = mask.Length * 64;
        for (var cpu = 0; cpu < count; cpu++)
        {
            if (!Contains(mask, cpu))
                continue;
            var first = cpu;
            while (cpu + 1 < count && Contains(mask, cpu + 1))
                cpu++;
            if (text.Length > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (cpu > first)
                text.Append(CultureInfo.InvariantCulture, $"-{cpu}");
        }
        return text.ToString();
    }

    private static bool Contains(ReadOnlySpan<ulong> mask, int cpu) => (mask[cpu / 64] >> (cpu % 64) & 1) != 0;
}
