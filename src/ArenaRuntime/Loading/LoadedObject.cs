// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A BPF object in the kernel: its programs can be run, its variables and its arena read and written, its scheduler attached.
/// Disposing it unloads everything, so references into its memory end there. Programs may be run from several threads at once.
/// </summary>
public sealed class LoadedObject : IDisposable
{
    private readonly IDisposable _owner;
    private readonly Func<LoadedObject, AttachedScheduler>? _attach;
    private readonly SectionVariables _variables;
    private readonly IReadOnlyList<LoadedMap> _maps;
    private readonly Dictionary<string, (nint Address, nuint Size)> _sections = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Describes an object that is in the kernel.</summary>
    /// <param name="name">Name of the scheduler.</param>
    /// <param name="owner">What holds it in this process; disposed with this instance.</param>
    /// <param name="btf">Its type information.</param>
    /// <param name="maps">Its maps.</param>
    /// <param name="arena">Its arena, or null if it has none.</param>
    /// <param name="programs">Its programs, as far as this process may run or describe them.</param>
    /// <param name="attach">Makes its callbacks the running scheduler; null if it has none.</param>
    internal LoadedObject(string name, IDisposable owner, Btf btf, IReadOnlyList<LoadedMap> maps, Arena? arena,
        IReadOnlyDictionary<string, LoadedProgram> programs, Func<LoadedObject, AttachedScheduler>? attach)
    {
        Name = name;
        _owner = owner;
        Btf = btf;
        _variables = new SectionVariables(btf);
        _maps = maps;
        Arena = arena;
        Programs = programs;
        _attach = attach;
    }

    /// <summary>Name of the scheduler.</summary>
    public string Name { get; }

    /// <summary>The object's type information.</summary>
    public Btf Btf { get; }

    /// <summary>The object's live arena, or null if it has none.</summary>
    public Arena? Arena { get; }

    /// <summary>The programs that were loaded, by name.</summary>
    public IReadOnlyDictionary<string, LoadedProgram> Programs { get; }

    /// <summary>Descriptor of a map, for calls that this assembly does not make. It stays the object's, and valid until the object is disposed.</summary>
    /// <exception cref="SchedulerException">There is no such map.</exception>
    public int MapDescriptor(string map)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var found = _maps.FirstOrDefault(candidate => candidate.Name == map);
        return found.Name == map ? found.Descriptor
            : throw new SchedulerException(ExitCode.LayoutMismatch, $"{Name} has no map {map}", "Check the name against the BPF sources.");
    }

    /// <summary>Runs a syscall program without a context.</summary>
    /// <returns>What the program returned.</returns>
    /// <exception cref="SchedulerException">There is no such program, or the kernel did not run it.</exception>
    public unsafe int Run(string program) => Run(program, null, 0);

    /// <summary>Runs a syscall program; the kernel copies the context in, and back out when it returns.</summary>
    /// <returns>What the program returned.</returns>
    /// <exception cref="SchedulerException">There is no such program, or the kernel did not run it.</exception>
    public unsafe int Run<T>(string program, ref T context) where T : unmanaged
    {
        fixed (T* pinned = &context)
            return Run(program, pinned, (uint)sizeof(T));
    }

    /// <summary>A global variable, mapped: what the BPF side stores is seen at once and the other way round.</summary>
    /// <exception cref="SchedulerException">There is no such variable, it has another size, or its section cannot be mapped.</exception>
    public unsafe ref T Variable<T>(string variable) where T : unmanaged
    {
        var data = Locate(variable, out var size);
        RequireSize(variable, size, sizeof(T));
        // SAFETY: Locate checked that the variable lies within the mapping, which lives as long as this object.
        return ref Unsafe.AsRef<T>(data);
    }

    /// <summary>A global array variable, mapped.</summary>
    /// <exception cref="SchedulerException">There is no such variable, its size is no multiple, or its section cannot be mapped.</exception>
    public unsafe Span<T> Variables<T>(string variable) where T : unmanaged
    {
        var data = Locate(variable, out var size);
        if (size % (uint)sizeof(T) != 0)
            RequireSize(variable, size, sizeof(T));
        // SAFETY: as in Variable.
        return new Span<T>(data, (int)(size / (uint)sizeof(T)));
    }

    /// <summary>Makes the object's table of callbacks the running scheduler.</summary>
    /// <returns>The attachment; disposing it puts the machine back on the default scheduler, unless it is pinned.</returns>
    /// <exception cref="BpfException">The kernel refused: another scheduler runs, an unknown flag is set, or the core's init failed.</exception>
    public AttachedScheduler Attach()
    {
        if (_attach is null)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"{Name} has no table of callbacks to attach", "Add a core to the composition.");
        return _attach(this);
    }

    /// <summary>
    /// Lets its maps outlive this process. All of them: the kernel stops the timers of a map that neither a process nor a directory holds.
    /// </summary>
    /// <exception cref="BpfException">An entry cannot be made.</exception>
    public void PinMapsTo(PinDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        foreach (var map in _maps.Where(map => map.Type != Interop.Libbpf.MapType.StructOps))
            directory.Pin(map.Descriptor, map.PinName);
    }

    /// <summary>What programs wrote to their stderr stream so far (kernel 6.18 and newer): reports of stray arena accesses.</summary>
    /// <returns>The text, empty if there is none or the kernel has no streams.</returns>
    public unsafe string ReadErrorStream(string program)
    {
        const int bufferSize = 64 << 10;
        var buffer = new byte[bufferSize];
        fixed (byte* pinned = buffer)
        {
            var request = new Interop.Libc.StreamRead { Buffer = (ulong)pinned, Length = bufferSize, Stream = Interop.Libc.StreamStderr, ProgFd = (uint)Find(program).Descriptor };
            // SAFETY: the kernel writes at most Length bytes into the pinned buffer.
            var count = Interop.Libc.Bpf(Interop.Libc.SysBpf, Interop.Libc.BpfProgStreamReadByFd, &request, (uint)sizeof(Interop.Libc.StreamRead));
            return count <= 0 ? "" : System.Text.Encoding.UTF8.GetString(buffer, 0, (int)count);
        }
    }

    /// <summary>Unmaps the variables, unloads programs and maps.</summary>
    public unsafe void Dispose()
    {
        Arena?.Dispose();
        foreach (var (address, size) in _sections.Values)
        {
            // SAFETY: mapped once by Locate and unmapped once here.
            _ = Interop.Libc.Munmap((void*)address, size);
        }
        _sections.Clear();
        _disposed = true;
        _owner.Dispose();
    }

    private LoadedProgram Find(string program) => Programs.TryGetValue(program, out var found) ? found : throw new SchedulerException(
        ExitCode.LayoutMismatch, $"{Name} has no loaded program {program} (it has {string.Join(", ", Programs.Keys.Order(StringComparer.Ordinal))})",
        "Check the name against the BPF sources.");

    private unsafe int Run(string program, void* context, uint size)
    {
        var options = new Interop.Libbpf.TestRunOpts { Size = (nuint)sizeof(Interop.Libbpf.TestRunOpts), CtxIn = context, CtxSizeIn = size };
        // SAFETY: the kernel reads and writes exactly `size` bytes of the context, which the caller has pinned.
        var result = Interop.Libbpf.ProgTestRunOpts(Find(program).Descriptor, &options);
        if (result < 0)
            throw BpfException.Create($"run program {program} of {Name}", -result, null);
        return (int)options.Retval;
    }

    private unsafe byte* Locate(string variable, out uint size)
    {
        var (section, offset, length) = _variables.Find(variable, Name);
        size = length;
        lock (_sections)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_sections.TryGetValue(section, out var mapping))
                _sections[section] = mapping = Map(section);
            return offset + length <= mapping.Size
                ? (byte*)mapping.Address + offset
                : throw new SchedulerException(ExitCode.LayoutMismatch, $"variable {variable} lies outside section {section} of {Name}", "Rebuild the BPF objects.");
        }
    }

    // libbpf 1.4 leaves its own pointer on a private copy from before the load, so the section is mapped here.
    private unsafe (nint Address, nuint Size) Map(string section)
    {
        var map = _maps.FirstOrDefault(map => map.Name.EndsWith(section, StringComparison.Ordinal));
        if (map.Name is null)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"section {section} of {Name} has no map", "Only .rodata, .data and .bss can be read after load.");
        var readOnly = section.StartsWith(".rodata", StringComparison.Ordinal);
        var size = (nuint)map.ValueSize;
        // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing.
        var address = Interop.Libc.Mmap(null, size, readOnly ? Interop.Libc.ProtRead : Interop.Libc.ProtRead | Interop.Libc.ProtWrite,
            Interop.Libc.MapShared, map.Descriptor, 0);
        if (address == Interop.Libc.MapFailed)
            throw BpfException.Create($"map section {section} of {Name}", Marshal.GetLastPInvokeError(), null);
        return ((nint)address, size);
    }

    private void RequireSize(string variable, uint size, int wanted)
    {
        if (size != wanted)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"variable {variable} of {Name} has {size} bytes, not {wanted}",
                "Build the BPF objects and the runtime from one source tree.");
    }
}
