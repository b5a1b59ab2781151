// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;

namespace Wd40.Vm;

/// <summary>One record of the guest's kernel log.</summary>
/// <param name="Level">Syslog level: 0 emergency to 7 debug.</param>
/// <param name="Time">Guest time since boot.</param>
/// <param name="Text">The message; further lines follow a line feed.</param>
public sealed record KernelLogRecord(int Level, TimeSpan Time, string Text)
{
    /// <summary>Reads the form of /dev/kmsg: <c>level,sequence,microseconds,flags;text</c>, further lines with a leading blank.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static KernelLogRecord Parse(ReadOnlySpan<byte> record)
    {
        string text = Encoding.UTF8.GetString(record);
        int semicolon = text.IndexOf(';', StringComparison.Ordinal);
        string[] prefix = semicolon < 0 ? [] : text[..semicolon].Split(',');
        if (prefix.Length < 3
            || !int.TryParse(prefix[0], NumberStyles.None, CultureInfo.InvariantCulture, out int priority)
            || !long.TryParse(prefix[2], NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds))
        {
            throw new FormatException($"no kernel log record: '{text}'");
        }

        // Lines with a leading blank carry the device dictionary, not text.
        IEnumerable<string> lines = text[(semicolon + 1)..].TrimEnd('\n').Split('\n').Where(line => !line.StartsWith(' '));
        return new KernelLogRecord(priority & 7, TimeSpan.FromMicroseconds(microseconds), string.Join('\n', lines));
    }

    /// <summary>The form of dmesg.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Time.TotalSeconds,12:F6}] {Text}");
}
