// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.Json;

namespace Wd40.Schedulers;

/// <summary>What --dry-run found: that everything links, loads and passes the verifier on this kernel, and at what price.</summary>
public sealed record DryRunReport
{
    /// <summary>Name of the scheduler.</summary>
    public required string Scheduler { get; init; }

    /// <summary>The objects that were linked, as slot and name.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    /// <summary>Bytes of the arena.</summary>
    public required ulong ArenaBytes { get; init; }

    /// <summary>Domains found.</summary>
    public required uint Domains { get; init; }

    /// <summary>Callbacks that this kernel does not know and that were left out.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>The programs, callbacks first, each group by name.</summary>
    public required IReadOnlyList<VerifiedProgram> Programs { get; init; }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SchedulerJson.Default.DryRunReport);

    /// <summary>Prints it as a table.</summary>
    public void Print(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"{Scheduler}: {string.Join(", ", Modules)}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"arena {ArenaBytes >> 10} KiB, {Domains} domain{(Domains == 1 ? "" : "s")}"));
        if (LeftOut.Count > 0)
            writer.WriteLine($"left out, because this kernel does not have them: {string.Join(", ", LeftOut)}");
        var width = Programs.Max(program => program.Name.Length);
        writer.WriteLine();
        writer.WriteLine($"{"program".PadRight(width)}  {"kind",-8}  verified instructions");
        foreach (var program in Programs)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{program.Name.PadRight(width)}  {program.Kind,-8}  {program.Instructions,21}"));
        }
        writer.WriteLine();
        writer.WriteLine("loaded and verified; layouts agree; not attached");
    }
}
