// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Text;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Wd40.Schedulers.Statistics;

/// <summary>The protocol's spelling of values.</summary>
internal static class StatsJson
{
    /// <summary>Names and texts are plain; backticks and quotes in messages stay readable.</summary>
    internal static JsonWriterOptions WriterOptions { get; } = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Shortest text that reads back as the same value, whole numbers with ".0"; what is no number becomes 0.0.</summary>
    internal static void WriteFloat(Utf8JsonWriter json, double value)
    {
        Span<byte> text = stackalloc byte[40];
        if (!double.IsFinite(value))
            value = 0;
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            text[length++] = (byte)'.';
            text[length++] = (byte)'0';
        }
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }

    /// <summary>Formats a number with every part there is: the runtime makes the texts of signs and the point at their first use.</summary>
    internal static void WarmUp()
    {
        Span<byte> text = stackalloc byte[40];
        foreach (var value in (ReadOnlySpan<double>)[-1.5e300, 1.5e-300])
            value.TryFormat(text, out _, default, CultureInfo.InvariantCulture);
    }

    /// <summary>A number as the key of a map: JSON keys are strings.</summary>
    internal static void WriteKey(Utf8JsonWriter json, uint key)
    {
        Span<byte> text = stackalloc byte[10];
        Utf8Formatter.TryFormat(key, text, out var length);
        json.WritePropertyName(text[..length]);
    }
}
