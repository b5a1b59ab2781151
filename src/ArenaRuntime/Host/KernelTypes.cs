// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>
/// The running kernel's type information, parsed when first asked for and then once: parsing its 5 MB is what a start waits for longest
/// before the load. Dispose it when the scheduler is loaded, so that it does not stay in memory. Not safe for concurrent use.
/// </summary>
public sealed class KernelTypes : IDisposable
{
    private const string Remedy = "Boot a kernel with CONFIG_DEBUG_INFO_BTF=y.";

    private readonly string? _path;
    private Btf? _types;

    /// <summary>Remembers where the types are; nothing is read yet.</summary>
    /// <param name="kernel">The machine.</param>
    public KernelTypes(KernelInterface kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        _path = kernel.TypesPath;
    }

    /// <summary>Parses the types at the first call; later calls return the same instance, which this one owns.</summary>
    /// <exception cref="SchedulerException">The kernel has none, or they cannot be read: <see cref="ExitCode.UnfitMachine"/>.</exception>
    public Btf Read()
    {
        if (_path is null)
            throw new SchedulerException(ExitCode.UnfitMachine, "the kernel has no type information: /sys/kernel/btf/vmlinux is missing", Remedy);
        try
        {
            return _types ??= Btf.FromFile(_path);
        }
        catch (SchedulerException failure)
        {
            throw new SchedulerException(ExitCode.UnfitMachine, failure.Message, Remedy, failure);
        }
    }

    /// <summary>Frees the types.</summary>
    public void Dispose() => _types?.Dispose();
}
