// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wd40.Vm;

/// <summary>How a command in the guest ended.</summary>
/// <param name="Command">The command line.</param>
/// <param name="ExitCode">Its exit status; 128 + signal when a signal ended it.</param>
/// <param name="OutputBytes">Standard output.</param>
/// <param name="ErrorBytes">Standard error.</param>
/// <param name="Elapsed">Wall time on the host.</param>
/// <param name="TimedOut">True when the limit was reached and the command was killed.</param>
public sealed record GuestResult(
    string Command, int ExitCode, ReadOnlyMemory<byte> OutputBytes, ReadOnlyMemory<byte> ErrorBytes, TimeSpan Elapsed, bool TimedOut)
{
    /// <summary>Standard output as text.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes.Span);

    /// <summary>Standard error as text.</summary>
    public string Error => Encoding.UTF8.GetString(ErrorBytes.Span);

    /// <summary>This result, if the command ended with 0.</summary>
    /// <exception cref="GuestCommandException">It ended otherwise, or ran into its limit.</exception>
    public GuestResult EnsureSuccess() => ExitCode == 0 && !TimedOut ? this : throw new GuestCommandException(this);

    /// <summary>Standard output read as one JSON document.</summary>
    /// <exception cref="GuestCommandException">The command failed, or its output is no such document.</exception>
    public T ReadJson<T>(JsonTypeInfo<T> type)
    {
        EnsureSuccess();
        try
        {
            return JsonSerializer.Deserialize(OutputBytes.Span, type) ?? throw new JsonException("the document is null");
        }
        catch (JsonException e)
        {
            throw new GuestCommandException(this, $"its output is no {typeof(T).Name}: {e.Message}", e);
        }
    }
}
