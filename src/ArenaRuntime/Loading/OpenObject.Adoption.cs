// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Runtime.InteropServices;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.ArenaRuntime;

public sealed partial class OpenObject
{
    private const string ReadOnlySections = ".rodata";

    /// <summary>
    /// In place of <see cref="Load()"/>: goes on with an object of the same kind that another process has loaded and pinned. The programs are
    /// those of that one. Nothing of it is changed.
    /// </summary>
    /// <param name="pins">Where it is pinned.</param>
    /// <returns>That object; attaching it opens its link. This instance is not used up.</returns>
    /// <exception cref="SchedulerException">
    /// It is not what this process would load: a layout has drifted, or a variable of read-only data has another value. Or this process has an arena.
    /// </exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public LoadedObject Adopt(PinDirectory pins) => Adopt(pins, LayoutTable.Structs);

    internal LoadedObject Adopt(PinDirectory pins, IReadOnlyList<SharedStruct> layouts)
    {
        ArgumentNullException.ThrowIfNull(pins);
        ObjectDisposedException.ThrowIf(_loaded, this);
        var what = $"the running {Name}";
        var maps = new AdoptedMaps(pins, what);
        LoadedObject? adopted = null;
        try
        {
            LayoutCheck.Require(maps.Btf, layouts, what);
            adopted = new LoadedObject(Name, maps, maps.Btf, maps.All, maps.MapArena(what), new Dictionary<string, LoadedProgram>(),
                loaded => AttachPinned(loaded, pins));
            RequireSameData(adopted);
            return adopted;
        }
        catch
        {
            ((IDisposable?)adopted ?? maps).Dispose();
            throw;
        }
    }

    private static AttachedScheduler AttachPinned(LoadedObject loaded, PinDirectory pins)
    {
        var link = pins.Open(PinDirectory.Link);
        return new AttachedScheduler(loaded, link, (int)link.DangerousGetHandle());
    }

    /// <summary>Read-only data is what options became: with other values there, this process's options would not be in force.</summary>
    private void RequireSameData(LoadedObject adopted)
    {
        var theirs = new SectionVariables(adopted.Btf);
        foreach (var variable in _variables.In(ReadOnlySections).Order(StringComparer.Ordinal))
        {
            if (!theirs.Contains(variable))
                throw Differs($"the running {Name} has no variable {variable}: it was put together from other modules");
            ReadOnlySpan<byte> ours = Initial(variable), running = adopted.Variables<byte>(variable);
            if (!ours.SequenceEqual(running))
                throw Differs($"the running {Name} was loaded with {variable} = {Text(running, ours)}, and this command line makes it {Text(ours, running)}");
        }
    }

    private static SchedulerException Differs(string message) => new(ExitCode.LayoutMismatch, message,
        "Give the options and modules that it was started with, or end it first: its process by Ctrl-C, and if that has ended, rm -r its directory in the BPF file system.");

    /// <summary>A value as a number; of an array, the first bytes that differ.</summary>
    private static string Text(ReadOnlySpan<byte> value, ReadOnlySpan<byte> other)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        number.Clear();
        if (value.Length <= number.Length)
        {
            value.CopyTo(number);
            return MemoryMarshal.Read<ulong>(number).ToString(CultureInfo.InvariantCulture);
        }
        var at = value.CommonPrefixLength(other) & ~(number.Length - 1);
        var part = value[at..Math.Min(value.Length, at + number.Length)];
        return string.Create(CultureInfo.InvariantCulture, $"...{Convert.ToHexString(part)}... at byte {at}");
    }
}
