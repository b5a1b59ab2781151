// SPDX-License-Identifier: GPL-2.0-only
using System.Text.Json.Serialization;

namespace Wd40.Vm;

/// <summary>A kernel that can be booted.</summary>
/// <param name="Name">Its release, or the file's name for one's own.</param>
/// <param name="Series">Its series, for example <c>6.18</c>; empty for one's own.</param>
/// <param name="Package">The Debian package it came from; empty for one's own.</param>
/// <param name="Sha256">Hash of the image, hexadecimal.</param>
/// <param name="SchedExt">What its BTF says about sched_ext.</param>
public sealed record KernelImage(string Name, string Series, string Package, string Sha256, SchedExtSupport SchedExt)
{
    /// <summary>The bzImage. Not part of the cached description: the cache may be moved.</summary>
    [JsonIgnore]
    public string Path { get; init; } = "";
}
