// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>One message of the agent's channel.</summary>
/// <param name="Job">The command it belongs to; 0 for none.</param>
/// <param name="Type">What it says.</param>
/// <param name="Payload">Its bytes.</param>
internal sealed record AgentFrame(uint Job, AgentFrameType Type, byte[] Payload);
