// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Schedulers;

/// <summary>JSON of the reports, generated at compile time: no reflection in the scheduler process.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ExitReport))]
[JsonSerializable(typeof(DryRunReport))]
internal sealed partial class SchedulerJson : JsonSerializerContext;
