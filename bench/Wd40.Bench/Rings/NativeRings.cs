// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

// As in NativeKernels: plain numbers and references, no unsafe code.
#pragma warning disable RS0030, SYSLIB1054

namespace Wd40.Bench;

/// <summary>
/// The functions of bench/native/rings.c. Those that are called once for each task are called without a switch of the garbage collector's
/// mode: what the arena is compared with is to look as good as it can.
/// </summary>
internal static class NativeRings
{
    private const string Library = "libwd40bench.so";

    [DllImport(Library, EntryPoint = "wd_bench_queue_pop"), SuppressGCTransition, DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long QueuePop(long map, ref RingTask task);

    [DllImport(Library, EntryPoint = "wd_bench_queue_push"), SuppressGCTransition, DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long QueuePush(long map, ref readonly RingDecision decision);

    [DllImport(Library, EntryPoint = "wd_bench_reader_open"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern nint ReaderOpen(long map);

    [DllImport(Library, EntryPoint = "wd_bench_reader_read"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long ReaderRead(nint reader, ref RingTask to, uint size, uint room);

    [DllImport(Library, EntryPoint = "wd_bench_reader_read"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long ReaderRead(nint reader, ref ulong to, uint size, uint room);

    [DllImport(Library, EntryPoint = "wd_bench_reader_close"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern void ReaderClose(nint reader);

    [DllImport(Library, EntryPoint = "wd_bench_writer_open"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern nint WriterOpen(long map);

    [DllImport(Library, EntryPoint = "wd_bench_writer_write"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long WriterWrite(nint writer, ref readonly RingDecision from, uint size, uint count);

    [DllImport(Library, EntryPoint = "wd_bench_writer_write"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long WriterWrite(nint writer, ref readonly ulong from, uint size, uint count);

    [DllImport(Library, EntryPoint = "wd_bench_writer_close"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern void WriterClose(nint writer);
}
