// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Wd40.Policies;

namespace Wd40.Bench;

/// <summary>struct rings_decision: a decision as a message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingDecision
{
    /// <summary>Bytes.</summary>
    internal const int Size = 40;

    internal ulong Token;
    internal ulong Key;
    internal ulong Slice;
    internal short Cpu;
    internal ushort Preempt;
    internal uint Lease;
    internal uint Rate;
    internal uint Reserved;

    /// <summary>Makes the message.</summary>
    internal static RingDecision Of(ulong token, ulong key, in Decision decision) => new()
    {
        Token = token,
        Key = key,
        Slice = decision.Slice,
        Cpu = (short)decision.Cpu,
        Preempt = (ushort)(decision.Preempt ? 1 : 0),
        Lease = decision.LeaseUs,
        Rate = decision.KeyRate,
    };
}
