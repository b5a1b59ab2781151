// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Bench;

/// <summary>Whether a target is met. The numbers are the exit status of the program.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>The median meets the target.</summary>
    Met = 0,

    /// <summary>The median does not.</summary>
    Missed = 1,

    /// <summary>The machine was too noisy to tell: run longer, or on an idle machine.</summary>
    Inconclusive = 2,
}
