// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>The libbpf in use and what it offers beyond the floor.</summary>
public static class LibbpfVersion
{
    /// <summary>The oldest version that can load arenas and struct_ops as this runtime uses them.</summary>
    public static Version Floor { get; } = new(1, 4);

    /// <summary>Version of the loaded library.</summary>
    /// <exception cref="SchedulerException">The library cannot be found.</exception>
    public static Version Current => Load();

    /// <summary>Tells whether the loaded library exports <paramref name="symbol"/>: the way to use what versions above the floor add.</summary>
    public static bool Has(string symbol)
    {
        var handle = Interop.Resolve(Interop.Libbpf.Name, typeof(LibbpfVersion).Assembly, null);
        return handle != 0 && NativeLibrary.TryGetExport(handle, symbol, out _);
    }

    /// <summary>Throws if the loaded library is older than the floor.</summary>
    internal static void Require() => Require(Current);

    internal static void Require(Version version)
    {
        if (version < Floor)
            throw new SchedulerException(ExitCode.UnfitMachine, $"libbpf {version} is too old: version {Floor} or newer is needed",
                "Install a newer libbpf1 package, or put libbpf.so.1 of that version beside the program or on LD_LIBRARY_PATH.");
    }

    private static Version Load()
    {
        try
        {
            return new Version((int)Interop.Libbpf.MajorVersion(), (int)Interop.Libbpf.MinorVersion());
        }
        catch (DllNotFoundException e)
        {
            throw new SchedulerException(ExitCode.UnfitMachine, "libbpf.so.1 was not found beside the program, on LD_LIBRARY_PATH or in the system",
                "Install the package libbpf1 (1.4 or newer), or put libbpf.so.1 beside the program.", e);
        }
    }
}
