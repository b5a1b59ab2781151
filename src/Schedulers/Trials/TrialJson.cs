// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Schedulers.Trials;

/// <summary>The line that a trial prints.</summary>
internal sealed record TrialLine(TrialReport Trial);

/// <summary>JSON of a trial on one line, as statistics are.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TrialLine))]
internal sealed partial class TrialJson : JsonSerializerContext;
