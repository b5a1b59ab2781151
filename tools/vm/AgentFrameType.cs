// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>Types of frames; the letters of guest/agent.c.</summary>
internal enum AgentFrameType : byte
{
    Run = (byte)'R',
    Kill = (byte)'K',
    PutFile = (byte)'P',
    Drain = (byte)'D',
    PowerOff = (byte)'Q',
    Hello = (byte)'H',
    Output = (byte)'O',
    Error = (byte)'E',
    End = (byte)'X',
    KernelLog = (byte)'L',
}
