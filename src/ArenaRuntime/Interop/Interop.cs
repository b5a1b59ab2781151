// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Wd40.ArenaRuntime;

/// <summary>The native functions this assembly calls, nested by library and split into one file per concept of the library.</summary>
internal static partial class Interop
{
    /// <summary>Loads a library for <see cref="Libbpf"/>: LD_LIBRARY_PATH wins, then the copy shipped beside the binary, then the system's.</summary>
    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Libbpf.Name)
            return 0;
        var directories = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory);
        foreach (var directory in directories)
        {
            var path = Path.Combine(directory, Libbpf.Name);
            if (File.Exists(path) && NativeLibrary.TryLoad(path, out var handle))
                return handle;
        }
        return NativeLibrary.TryLoad(Libbpf.Name, assembly, searchPath, out var system) ? system : 0;
    }
}
