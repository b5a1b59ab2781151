// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Vm;

/// <summary>The JSON documents of this library.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KernelImage))]
[JsonSerializable(typeof(KernelListing))]
internal sealed partial class VmJson : JsonSerializerContext;
