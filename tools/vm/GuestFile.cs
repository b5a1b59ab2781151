// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>A file or directory of the host that the guest finds at <paramref name="GuestPath"/> when it starts.</summary>
/// <param name="HostPath">File or directory; a link is followed.</param>
/// <param name="GuestPath">Absolute path in the guest; directories above it are made.</param>
public sealed record GuestFile(string HostPath, string GuestPath);
