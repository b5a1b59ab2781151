// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Bench;

/// <summary>Serialisers made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class BenchJson : JsonSerializerContext;
