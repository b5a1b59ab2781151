// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Tool.Demo;

/// <summary>Statistics of a scheduler on the user-space core: what its policy decided, and what the kernel half did itself.</summary>
internal sealed class LiveDecisions(IProgress<string> progress) : LiveStatistics(progress)
{
    private ulong _decisions, _takeovers;

    /// <summary>Decisions of the policy that were applied so far.</summary>
    public ulong Decisions => Locked(in _decisions);

    /// <summary>Times that the kernel half took over so far.</summary>
    public ulong Takeovers => Locked(in _takeovers);

    protected override string? Read(JsonElement sample)
    {
        if (!sample.TryGetProperty("nr_user_dispatches", out var decided))
            return null;
        _decisions += decided.GetUInt64();
        _takeovers += sample.GetProperty("nr_takeovers").GetUInt64();
        return string.Create(CultureInfo.InvariantCulture,
            $"decisions {decided.GetUInt64(),5}, all in all {_decisions}   placed by the kernel half {sample.GetProperty("nr_kernel_dispatches").GetUInt64(),5}")
            + string.Create(CultureInfo.InvariantCulture, $"   waiting {sample.GetProperty("nr_waiting").GetUInt64(),2}   takeovers {_takeovers}");
    }
}
