// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>The maps of a scheduler that another process has loaded, opened in this one.</summary>
internal sealed unsafe class AdoptedMaps : IDisposable
{
    private readonly List<SafeFileHandle> _handles = [];
    private readonly List<LoadedMap> _maps = [];
    private uint _types;
    private nuint _arenaSize;

    /// <summary>Opens all maps of a directory.</summary>
    /// <param name="directory">Where they are.</param>
    /// <param name="what">What to call the scheduler in messages.</param>
    /// <exception cref="SchedulerException">One cannot be opened, or none has type information.</exception>
    internal AdoptedMaps(PinDirectory directory, string what)
    {
        try
        {
            foreach (var name in directory.Maps)
                Open(directory, name);
            Btf = _types != 0 ? Btf.FromKernel(_types, what) : throw new SchedulerException(ExitCode.LayoutMismatch,
                $"no map in {directory.Path} has type information", $"It is none of this program's; if no scheduler uses it: rm -r {directory.Path}.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the kernel keeps of the object's type information.</summary>
    internal Btf Btf { get; } = null!;

    /// <summary>The maps.</summary>
    internal IReadOnlyList<LoadedMap> All => _maps;

    /// <summary>Maps the arena, where every process has it.</summary>
    /// <exception cref="SchedulerException">There is none, or the address is taken.</exception>
    internal Arena MapArena(string what)
    {
        var map = _maps.FirstOrDefault(map => map.Type == Interop.Libbpf.MapType.Arena);
        if (map.Name is null)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"{what} has no arena", "Stop it, and start it anew.");
        var size = (nuint)map.MaxEntries * Arena.PageSize;
        var address = ArenaAddress.Reserve(size);
        try
        {
            // SAFETY: the range is reserved by this process, for this.
            var start = Interop.Libc.Mmap((void*)WdConstants.ArenaBase, size, Interop.Libc.ProtRead | Interop.Libc.ProtWrite,
                Interop.Libc.MapShared | Interop.Libc.MapFixed, map.Descriptor, 0);
            if (start == Interop.Libc.MapFailed)
                throw BpfException.Create($"map the arena of {what}", Marshal.GetLastPInvokeError(), null);
            _arenaSize = size;
            return Arena.Live(start, size, address, this);
        }
        catch
        {
            address.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps the arena and closes the maps.</summary>
    public void Dispose()
    {
        Btf?.Dispose();
        if (_arenaSize != 0)
        {
            // SAFETY: mapped once by MapArena and unmapped once here; the guard behind it is the arena's own.
            _ = Interop.Libc.Munmap((void*)WdConstants.ArenaBase, _arenaSize);
        }
        _arenaSize = 0;
        foreach (var handle in _handles)
            handle.Dispose();
    }

    private void Open(PinDirectory directory, string name)
    {
        var handle = directory.Open(name);
        _handles.Add(handle);
        Interop.Libbpf.MapInfo info = default;
        var length = (uint)sizeof(Interop.Libbpf.MapInfo);
        var descriptor = (int)handle.DangerousGetHandle();
        // SAFETY: the kernel writes at most `length` bytes.
        var result = Interop.Libbpf.MapGetInfoByFd(descriptor, &info, &length);
        if (result < 0)
            throw BpfException.Create($"read what map {name} in {directory.Path} is", -result, null);
        _maps.Add(new LoadedMap(LoadedMap.NameOfPin(name), info.Type, descriptor, info.ValueSize, info.MaxEntries));
        if (info.BtfId != 0)
            _types = info.BtfId;
    }
}
