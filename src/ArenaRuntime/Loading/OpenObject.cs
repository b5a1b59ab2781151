// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using System.Text;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A BPF object that is open and not yet loaded: here, and only here, read-only data, callbacks and map sizes can be set.
/// <see cref="Load()"/> ends this phase. Not safe for concurrent use.
/// </summary>
public sealed partial class OpenObject : IDisposable
{
    private readonly BpfObjectHandle _handle;
    private readonly SectionVariables _variables;
    private ArenaAddress? _address;
    private bool _loaded;

    private OpenObject(string name, BpfObjectHandle handle)
    {
        Name = name;
        _handle = handle;
        Btf = Btf.Borrow(Interop.Libbpf.ObjectBtf(handle), handle);
        _variables = new SectionVariables(Btf);
        Maps = ReadMaps();
        StructOps = FindStructOps();
    }

    /// <summary>Name of the scheduler.</summary>
    public string Name { get; }

    /// <summary>The object's own type information; lives as long as the object.</summary>
    public Btf Btf { get; }

    /// <summary>The table of callbacks, or null if the object has none (a library under test).</summary>
    public StructOps? StructOps { get; }

    internal IReadOnlyList<ObjectMap> Maps { get; }

    private ObjectMap ArenaMap => Maps.FirstOrDefault(map => map.Type == Interop.Libbpf.MapType.Arena);

    /// <summary>Opens a linked object.</summary>
    /// <param name="linked">The object; it may be disposed afterwards.</param>
    /// <param name="options">What libbpf is told; null for its defaults.</param>
    /// <exception cref="BpfException">libbpf refused: the message holds its reason.</exception>
    public static unsafe OpenObject Open(LinkedObject linked, OpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(linked);
        using var log = BpfLog.Capture();
        var name = linked.Composition.Name;
        fixed (byte* objectName = Text(name), pinRootPath = Text(options?.PinRootPath), kconfig = Text(options?.Kconfig),
            btfCustomPath = Text(options?.BtfCustomPath), bpfTokenPath = Text(options?.BpfTokenPath))
        {
            // SAFETY: libbpf copies the texts and reads the file before it returns; an absent text is a null pointer.
            var given = new Interop.Libbpf.ObjectOpenOpts
            {
                Size = (nuint)sizeof(Interop.Libbpf.ObjectOpenOpts),
                ObjectName = objectName,
                RelaxedMaps = options?.RelaxedMaps == true ? (byte)1 : (byte)0,
                PinRootPath = pinRootPath,
                Kconfig = kconfig,
                BtfCustomPath = btfCustomPath,
                BpfTokenPath = bpfTokenPath,
            };
            var handle = Interop.Libbpf.ObjectOpenFile(linked.Path, &given);
            var error = Marshal.GetLastPInvokeError();
            try
            {
                log.Check($"open BPF object {name}", handle.IsInvalid ? -error : 0);
                return new OpenObject(name, handle);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }

        static byte[]? Text(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + '\0');
    }

    /// <summary>True if the object has a global variable of that name.</summary>
    public bool HasVariable(string variable) => _variables.Contains(variable);

    /// <summary>Sets a variable of read-only data, or the start value of a writable one.</summary>
    /// <exception cref="SchedulerException">There is no such variable, or it has another size.</exception>
    public void SetVariable<T>(string variable, T value) where T : unmanaged => SetVariable(variable, new ReadOnlySpan<T>(in value));

    /// <summary>Sets an array variable; all of its elements are to be given.</summary>
    /// <exception cref="SchedulerException">There is no such variable, or it has another size.</exception>
    public void SetVariable<T>(string variable, ReadOnlySpan<T> values) where T : unmanaged
    {
        var target = Initial(variable);
        var source = MemoryMarshal.AsBytes(values);
        if (target.Length != source.Length)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"variable {variable} of {Name} has {target.Length} bytes, not {source.Length}",
                "Build the BPF objects and the runtime from one source tree.");
        source.CopyTo(target);
    }

    /// <summary>Sets the size of the arena.</summary>
    /// <param name="size">Bytes, a power of two from one page to 4 GiB.</param>
    public void SetArenaSize(ulong size)
    {
        var map = ArenaMap;
        if (map.Handle == 0)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"{Name} has no arena", "Add the library object arena/table to the composition.");
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Arena.MaxSize);
        SetMaxEntries(map, (uint)(size / Arena.PageSize));
    }

    /// <summary>Sets the number of entries of a map.</summary>
    /// <exception cref="SchedulerException">There is no such map.</exception>
    public void SetMapEntries(string map, uint entries)
    {
        var found = Maps.FirstOrDefault(candidate => candidate.Name == map);
        if (found.Handle == 0)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"{Name} has no map {map}", "Check the name against the BPF sources.");
        SetMaxEntries(found, entries);
    }

    /// <summary>Names of all programs, loaded later or not.</summary>
    public IReadOnlyList<string> Programs => ReadPrograms().Select(program => program.Name).ToArray();

    /// <summary>Chooses whether a program is loaded with the object.</summary>
    public void SetAutoload(string program, bool autoload)
    {
        var handle = ReadPrograms().FirstOrDefault(p => p.Name == program).Handle;
        if (handle == 0)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"{Name} has no program {program}", "Check the name against the BPF sources.");
        Check($"change the autoload flag of {program}", Interop.Libbpf.ProgramSetAutoload(handle, autoload ? (byte)1 : (byte)0));
    }

    /// <summary>
    /// Leaves out the callbacks and their table, so that the rest (syscall programs, arena) loads on a kernel without sched_ext. For tests
    /// and tools.
    /// </summary>
    public void DropStructOps()
    {
        foreach (var map in Maps.Where(map => map.Type == Interop.Libbpf.MapType.StructOps))
            Check($"leave out {map.Name}", Interop.Libbpf.MapSetAutocreate(Use(map.Handle), 0));
        foreach (var program in ReadPrograms())
        {
            if (Interop.Libbpf.GetProgramType(program.Handle) == Interop.Libbpf.ProgramType.StructOps)
                Check($"leave out {program.Name}", Interop.Libbpf.ProgramSetAutoload(program.Handle, 0));
        }
    }

    /// <summary>Compares the object's shared structs with the C# code's, then creates its maps and verifies its programs.</summary>
    /// <returns>The loaded object; this instance is used up.</returns>
    /// <exception cref="SchedulerException">A layout has drifted, or this process has an arena already: it can hold one at a time.</exception>
    /// <exception cref="BpfException">The kernel refused; a verifier's verdict is in the message and its whole log in a file.</exception>
    public LoadedObject Load() => Load(LayoutTable.Structs);

    internal LoadedObject Load(IReadOnlyList<SharedStruct> layouts)
    {
        ObjectDisposedException.ThrowIf(_loaded, this);
        LayoutCheck.Require(Btf, layouts, Name);
        using var log = BpfLog.Capture();
        if (ArenaMap.Handle != 0)
            _address ??= ArenaAddress.Reserve((ulong)Interop.Libbpf.MapMaxEntries(ArenaMap.Handle) * Arena.PageSize);
        log.Check($"load BPF object {Name}", Interop.Libbpf.ObjectLoad(_handle));
        var maps = Maps.Where(map => Interop.Libbpf.MapFd(map.Handle) >= 0)
            .Select(map => new LoadedMap(map.Name, map.Type, Interop.Libbpf.MapFd(map.Handle), Interop.Libbpf.MapValueSize(map.Handle), Interop.Libbpf.MapMaxEntries(map.Handle)))
            .ToArray();
        var programs = ReadPrograms().Where(program => Interop.Libbpf.ProgramAutoload(program.Handle) != 0)
            .ToDictionary(program => program.Name, Describe, StringComparer.Ordinal);
        var table = Maps.FirstOrDefault(map => map.Type == Interop.Libbpf.MapType.StructOps && map.Name == StructOps?.Name).Handle;
        var loaded = new LoadedObject(Name, _handle, Btf, maps, _address is null ? null : MapArena(_address), programs, table == 0 ? null : loaded => Attach(loaded, table));
        _loaded = true;
        return loaded;
    }

    /// <summary>Closes the object unless <see cref="Load()"/> passed it on.</summary>
    public void Dispose()
    {
        if (_loaded)
            return;
        _handle.Dispose();
        _address?.Dispose();
    }

    /// <summary>Hands out a map or program for one call; throws once the object is closed or loaded.</summary>
    internal nint Use(nint child)
    {
        ObjectDisposedException.ThrowIf(_loaded || _handle.IsClosed, this);
        return child;
    }

    private unsafe Span<byte> Initial(string variable)
    {
        var (section, offset, size) = _variables.Find(variable, Name);
        var map = Maps.FirstOrDefault(map => map.Name.EndsWith(section, StringComparison.Ordinal));
        nuint length = 0;
        var data = map.Handle == 0 ? null : Interop.Libbpf.MapInitialValue(Use(map.Handle), &length);
        if (data == null || offset + size > length)
            throw new SchedulerException(ExitCode.LayoutMismatch, $"section {section} of {Name} has no initial value for {variable}",
                "Variables can be set before load in .rodata, .data and .bss only.");
        // SAFETY: libbpf keeps `length` bytes for the section until load, and the variable lies within them.
        return new Span<byte>(data + offset, (int)size);
    }

    private static AttachedScheduler Attach(LoadedObject loaded, nint table)
    {
        using var log = BpfLog.Capture();
        var link = Interop.Libbpf.MapAttachStructOps(table);
        var error = Marshal.GetLastPInvokeError();
        if (!link.IsInvalid)
            return new AttachedScheduler(loaded, link, Interop.Libbpf.LinkFd(link));
        link.Dispose();
        throw BpfException.Create($"attach scheduler {loaded.Name}", error, log, ExitCode.AttachRefused);
    }

    private unsafe Arena MapArena(ArenaAddress address)
    {
        var map = ArenaMap;
        nuint globals;
        var start = Interop.Libbpf.MapInitialValue(map.Handle, &globals);
        return start == null
            ? throw new SchedulerException(ExitCode.Failure, $"libbpf did not map the arena of {Name}",
                "Run with --verbose to see all messages of libbpf.")
            : Arena.Live(start, (ulong)Interop.Libbpf.MapMaxEntries(map.Handle) * Arena.PageSize, address, _handle);
    }

    private static unsafe LoadedProgram Describe((nint Handle, string Name) program)
    {
        var fd = Interop.Libbpf.ProgramFd(program.Handle);
        Interop.Libbpf.ProgInfo info = default;
        var length = (uint)sizeof(Interop.Libbpf.ProgInfo);
        // SAFETY: the kernel writes at most `length` bytes.
        var result = Interop.Libbpf.ProgGetInfoByFd(fd, &info, &length);
        if (result < 0)
            throw BpfException.Create($"read the verifier's figures of {program.Name}", -result, null);
        return new LoadedProgram(program.Name, Interop.Libbpf.GetProgramType(program.Handle) == Interop.Libbpf.ProgramType.StructOps, info.VerifiedInsns)
        {
            Descriptor = fd,
        };
    }

    private void SetMaxEntries(ObjectMap map, uint entries) =>
        Check($"set the entries of map {map.Name} to {entries}", Interop.Libbpf.MapSetMaxEntries(Use(map.Handle), entries));

    private unsafe List<ObjectMap> ReadMaps()
    {
        var maps = new List<ObjectMap>();
        for (nint map = 0; (map = Interop.Libbpf.ObjectNextMap(_handle, map)) != 0;)
            maps.Add(new ObjectMap(map, Marshal.PtrToStringUTF8((nint)Interop.Libbpf.MapName(map)) ?? "", Interop.Libbpf.GetMapType(map)));
        return maps;
    }

    private unsafe List<(nint Handle, string Name)> ReadPrograms()
    {
        var programs = new List<(nint, string)>();
        for (nint program = 0; (program = Interop.Libbpf.ObjectNextProgram(_handle, program)) != 0;)
            programs.Add((program, Marshal.PtrToStringUTF8((nint)Interop.Libbpf.ProgramName(program)) ?? ""));
        return programs;
    }

    private StructOps? FindStructOps()
    {
        var map = Maps.FirstOrDefault(map => map.Type == Interop.Libbpf.MapType.StructOps);
        if (map.Handle == 0)
            return null;
        var variable = Btf.Find(BtfKind.Variable, map.Name) ?? throw new SchedulerException(ExitCode.LayoutMismatch,
            $"{Name} has no type information for its table of callbacks {map.Name}", "Rebuild the BPF objects with clang -g.");
        return new StructOps(this, map.Handle, map.Name, Btf.Strip(variable.TargetId));
    }

    private static void Check(string operation, int result)
    {
        if (result < 0)
            throw BpfException.Create(operation, -result, null);
    }
}
