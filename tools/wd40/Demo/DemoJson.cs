// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Tool.Demo;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(FrameReport))]
[JsonSerializable(typeof(FrameLoad))]
internal sealed partial class DemoJson : JsonSerializerContext;
