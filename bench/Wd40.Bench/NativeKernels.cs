// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

// This program is no part of the product: it calls the C that the product is compared with. All arguments are plain numbers and
// references, nothing is converted, and no unsafe code is needed. SYSLIB1054: LibraryImport would need unsafe code.
#pragma warning disable RS0030, SYSLIB1054

namespace Wd40.Bench;

/// <summary>The functions of bench/native.</summary>
internal static class NativeKernels
{
    private const string Library = "libwd40bench.so";

    [DllImport(Library, EntryPoint = "wd_bench_sum_briefs"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern ulong SumBriefs(ref ulong briefs, nuint count, uint copy);

    [DllImport(Library, EntryPoint = "wd_bench_sum_duties"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern ulong SumDuties(ref ulong tasks, nuint count, uint copy);

    [DllImport(Library, EntryPoint = "wd_bench_map_create"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long MapCreate(uint valueSize, uint count);

    [DllImport(Library, EntryPoint = "wd_bench_map_fill"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long MapFill(long map, ref ulong values, uint valueSize, uint first, uint count);

    [DllImport(Library, EntryPoint = "wd_bench_map_sum"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern ulong MapSum(long map, uint count, uint valueSize, uint word);

    [DllImport(Library, EntryPoint = "wd_bench_map_close"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern void MapClose(long map);

    [DllImport(Library, EntryPoint = "wd_bench_balance"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static extern long Balance(ref readonly uint load, ref readonly byte domain, nuint count,
        ref readonly uint capacity, uint domains, double threshold,
        ref NativeTransfer transfers);
}
