// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Wd40.ArenaRuntime;

/// <summary>An anonymous file in memory that libbpf can open by path.</summary>
internal sealed class Memfd : IDisposable
{
    private readonly SafeFileHandle _handle;

    private Memfd(SafeFileHandle handle)
    {
        _handle = handle;
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}");
    }

    /// <summary>Names the file for as long as this instance lives.</summary>
    internal string Path { get; }

    internal static Memfd Create(string name, ReadOnlySpan<byte> contents = default)
    {
        var fd = Interop.Libc.MemfdCreate(name, Interop.Libc.MfdCloexec);
        if (fd < 0)
            throw BpfException.Create("create a file in memory", Marshal.GetLastPInvokeError(), null);
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (!contents.IsEmpty)
            RandomAccess.Write(handle, contents, 0);
        return new Memfd(handle);
    }

    public void Dispose() => _handle.Dispose();
}
