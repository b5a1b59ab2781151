// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// The 64-bit words with which balancer and kernel half speak about one task: {generation:32, sequence:16, value:16}. In a request the value
/// is the domain, in an acknowledgement the outcome. See <c>arena-bpf/include/wd40/task.h</c>.
/// </summary>
/// <param name="Bits">The word.</param>
public readonly record struct RequestWord(ulong Bits)
{
    /// <summary>Puts a word together.</summary>
    /// <param name="generation">Low half of the record's generation.</param>
    /// <param name="sequence">Number of the request, counted per slot.</param>
    /// <param name="value">Domain or outcome.</param>
    public RequestWord(uint generation, ushort sequence, ushort value)
        : this((ulong)generation << 32 | (ulong)sequence << 16 | value)
    {
    }

    /// <summary>Low half of the generation of the record it is about.</summary>
    public uint Generation => (uint)(Bits >> 32);

    /// <summary>Number of the request.</summary>
    public ushort Sequence => (ushort)(Bits >> 16);

    /// <summary>Domain of a request, outcome of an acknowledgement.</summary>
    public ushort Value => (ushort)Bits;
}
