// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Numerics;
using System.Text;
using CommunityToolkit.HighPerformance.Helpers;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Placement;

/// <summary>
/// A set of CPU numbers from 0 to <see cref="Capacity"/> - 1, by value: the shape of the masks that both halves share. Numbers outside that
/// range throw <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public struct CpuMask : IEquatable<CpuMask>
{
    /// <summary>CPU numbers that a mask can hold.</summary>
    public const int Capacity = WdConstants.MaxCpus;

    private const int WordBits = 64;
    private const int ChunkDigits = 8;
    private Array16<ulong> _words;

    /// <summary>The set of all CPU numbers.</summary>
    public static CpuMask All
    {
        get
        {
            var mask = default(CpuMask);
            ((Span<ulong>)mask._words).Fill(ulong.MaxValue);
            return mask;
        }
    }

    /// <summary>Number of CPUs in the set.</summary>
    public readonly int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>True without any CPU.</summary>
    public readonly bool IsEmpty => First < 0;

    /// <summary>Smallest CPU number of the set, or -1.</summary>
    public readonly int First => Next(0);

    /// <summary>Smallest CPU number of the set that is at least <paramref name="from"/>, or -1.</summary>
    public readonly int Next(int from)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        for (int word = from / WordBits; word < WdConstants.MaskWords; word++)
        {
            ulong bits = _words[word];
            if (word == from / WordBits)
                bits &= ulong.MaxValue << (from % WordBits);
            if (bits != 0)
                return (word * WordBits) + BitOperations.TrailingZeroCount(bits);
        }
        return -1;
    }

    /// <summary>Puts a CPU into the set.</summary>
    public void Add(int cpu)
    {
        Check(cpu);
        BitHelper.SetFlag(ref _words[cpu / WordBits], cpu % WordBits, true);
    }

    /// <summary>Puts the CPUs of another set into this one.</summary>
    public void Add(in CpuMask other)
    {
        for (int word = 0; word < WdConstants.MaskWords; word++)
            _words[word] |= other._words[word];
    }

    /// <summary>Takes a CPU out of the set.</summary>
    public void Remove(int cpu)
    {
        Check(cpu);
        BitHelper.SetFlag(ref _words[cpu / WordBits], cpu % WordBits, false);
    }

    /// <summary>True if the CPU is in the set.</summary>
    public readonly bool Contains(int cpu)
    {
        Check(cpu);
        return BitHelper.HasFlag(_words[cpu / WordBits], cpu % WordBits);
    }

    /// <summary>True if both sets have a CPU in common.</summary>
    public readonly bool Intersects(in CpuMask other)
    {
        for (int word = 0; word < WdConstants.MaskWords; word++)
        {
            if ((_words[word] & other._words[word]) != 0)
                return true;
        }
        return false;
    }

    /// <summary>Writes the words, CPU 0 in bit 0 of the first, to an array of <see cref="WdConstants.MaskWords"/>.</summary>
    public readonly void CopyTo(Span<ulong> words)
    {
        for (int word = 0; word < WdConstants.MaskWords; word++)
            words[word] = _words[word];
    }

    /// <summary>The set whose words these are; missing words are empty.</summary>
    public static CpuMask FromWords(ReadOnlySpan<ulong> words)
    {
        var mask = default(CpuMask);
        for (int word = 0; word < words.Length; word++)
            mask._words[word] = words[word];
        return mask;
    }

    /// <summary>Reads the kernel's list form: <c>0-3,6</c>; empty text is the empty set.</summary>
    /// <exception cref="FormatException">The text has another form, or a CPU number is too large.</exception>
    public static CpuMask ParseList(ReadOnlySpan<char> text)
    {
        var mask = default(CpuMask);
        text = text.Trim();
        if (text.IsEmpty)
            return mask;
        foreach (var range in text.Split(','))
        {
            var part = text[range];
            int dash = part.IndexOf('-');
            int first = ParseCpu(dash < 0 ? part : part[..dash], text);
            int last = dash < 0 ? first : ParseCpu(part[(dash + 1)..], text);
            if (last < first)
                throw new FormatException($"CPU list '{text}' has the range '{part}', which ends before it begins");
            for (int cpu = first; cpu <= last; cpu++)
                mask.Add(cpu);
        }
        return mask;
    }

    /// <summary>Reads the kernel's hexadecimal form: words of 32 bits, the highest first, commas between: <c>1,0000000f</c>; also 0x….</summary>
    /// <exception cref="FormatException">The text has another form, or a CPU number is too large.</exception>
    public static CpuMask ParseHex(ReadOnlySpan<char> text)
    {
        var digits = text.Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            digits = digits[2..];
        var mask = default(CpuMask);
        int bit = 0, inChunk = 0;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            if (digits[i] == ',')
            {
                bit += (ChunkDigits - inChunk) * 4;
                inChunk = 0;
                continue;
            }
            if (!char.IsAsciiHexDigit(digits[i]))
                throw new FormatException($"CPU mask '{text}' has the character '{digits[i]}', which is no hexadecimal digit");
            ulong value = (ulong)Convert.ToInt32(digits[i].ToString(), 16);
            if (value != 0 && bit >= Capacity)
                throw new FormatException($"CPU mask '{text}' has CPUs beyond {Capacity - 1}, the largest number supported");
            if (value != 0)
                mask._words[bit / WordBits] |= value << (bit % WordBits);
            bit += 4;
            inChunk++;
        }
        if (bit == 0)
            throw new FormatException("an empty text is no CPU mask");
        return mask;
    }

    /// <summary>
    /// Reads several hexadecimal masks with commas between them: <c>0x0f,0xf0</c>. Digits may be grouped by underscores: <c>0xff_00000000</c>.
    /// The words <c>all</c> and <c>none</c> stand for <see cref="All"/> and the empty set.
    /// </summary>
    /// <exception cref="FormatException">A mask has another form, or a CPU number is too large.</exception>
    public static IReadOnlyList<CpuMask> ParseHexMasks(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(',').Select(mask => mask switch
        {
            "all" => All,
            "none" => default,
            _ => ParseHex(mask.Replace("_", "", StringComparison.Ordinal)),
        })];
    }

    /// <summary>The list form: <c>0-3,6</c>.</summary>
    public override readonly string ToString()
    {
        var text = new StringBuilder();
        for (int first = First; first >= 0;)
        {
            int last = first;
            while (last + 1 < Capacity && Contains(last + 1))
                last++;
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
            first = Next(last + 1);
        }
        return text.ToString();
    }

    /// <summary>The hexadecimal form without leading zeros: <c>1,0000000f</c>.</summary>
    public readonly string ToHex()
    {
        var text = new StringBuilder();
        for (int chunk = (Capacity / 32) - 1; chunk >= 0; chunk--)
        {
            uint value = (uint)(_words[chunk / 2] >> (chunk % 2 * 32));
            if (text.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $",{value:x8}");
            else if (value != 0 || chunk == 0)
                text.Append(CultureInfo.InvariantCulture, $"{value:x}");
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public readonly bool Equals(CpuMask other)
    {
        ReadOnlySpan<ulong> mine = _words, others = other._words;
        return mine.SequenceEqual(others);
    }

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is CpuMask other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (ulong word in _words)
            hash.Add(word);
        return hash.ToHashCode();
    }

    /// <summary>Equality of the sets.</summary>
    public static bool operator ==(CpuMask left, CpuMask right) => left.Equals(right);

    /// <summary>Inequality of the sets.</summary>
    public static bool operator !=(CpuMask left, CpuMask right) => !left.Equals(right);

    private static int ParseCpu(ReadOnlySpan<char> number, ReadOnlySpan<char> text)
    {
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int cpu))
            throw new FormatException($"CPU list '{text}' has '{number}' where a CPU number is expected");
        if (cpu >= Capacity)
            throw new FormatException($"CPU list '{text}' has CPU {cpu}; the largest number supported is {Capacity - 1}");
        return cpu;
    }

    private static void Check(int cpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, Capacity);
    }
}
