// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>Loads the C# half of a module of a directory. It stays loaded for the life of the process.</summary>
internal static class ModuleAssembly
{
    /// <summary>Makes the component of an assembly.</summary>
    /// <param name="path">The assembly, checked already.</param>
    /// <exception cref="CompositionException">It cannot be loaded, or has not exactly one component.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Schedulers that load modules of directories are published untrimmed.")]
    [UnconditionalSuppressMessage("Trimming", "IL2062", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2065", Justification = "As above.")]
    internal static IModuleComponent Load(string path)
    {
        try
        {
            // A context of its own, so that two modules may bring assemblies of one name; what it lacks, Wd40 above all, is this process's.
            var types = new AssemblyLoadContext(path).LoadFromAssemblyPath(path).GetExportedTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IModuleComponent).IsAssignableFrom(type)).ToArray();
            return types.Length == 1 && types[0].GetConstructor(Type.EmptyTypes) is not null
                ? (IModuleComponent)Activator.CreateInstance(types[0])!
                : throw new CompositionException($"{path} has {types.Length} public classes that are an {nameof(IModuleComponent)}",
                    "It must have one, with a public constructor without parameters.");
        }
        catch (Exception failure) when (failure is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException
            or MissingMemberException or TargetInvocationException)
        {
            throw new CompositionException($"cannot load {path}: {(failure.InnerException ?? failure).Message}",
                "Build it against the packages of this version, for net10.0 and any processor.");
        }
    }
}
