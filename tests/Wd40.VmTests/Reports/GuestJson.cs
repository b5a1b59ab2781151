// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json;
using Wd40.Vm;

namespace Wd40.VmTests.Reports;

/// <summary>Reads what guest programs print.</summary>
internal static class GuestJson
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The one object that a command printed; fails with the command's output when it failed or printed something else.</summary>
    public static T ReadJson<T>(this GuestResult result) => Read<T>(result.EnsureSuccess().Output);

    /// <summary>One object per line; a last line that was cut off is left out.</summary>
    public static IReadOnlyList<T> ReadLines<T>(string text)
    {
        var whole = text.LastIndexOf('\n') + 1;
        return [.. text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read<T>)];
    }

    /// <summary>One object.</summary>
    public static T Read<T>(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, _options) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new FormatException($"this is no {typeof(T).Name} ({error.Message}): {text}", error);
        }
    }
}
