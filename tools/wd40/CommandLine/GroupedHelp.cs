// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Wd40.Tool.CommandLine;

/// <summary>
/// Help of commands that have an option table: options under their headings, with default and range. Other commands keep the library's text.
/// </summary>
public sealed class GroupedHelp : SynchronousCommandLineAction
{
    // Wide enough for whole sentences, narrow enough for a terminal.
    private const int Width = 100;
    private const int TextColumn = 8;
    private const string ProgramName = "wd40";

    private readonly IReadOnlyDictionary<Command, OptionTable> _tables;
    private readonly HelpAction _plain = new();

    /// <summary>Help for the commands named; all others are printed by the library.</summary>
    public GroupedHelp(IReadOnlyDictionary<Command, OptionTable> tables) => _tables = tables;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        var command = parseResult.CommandResult.Command;
        if (!_tables.TryGetValue(command, out var table))
            return _plain.Invoke(parseResult);
        Write(parseResult.InvocationConfiguration.Output, command, table);
        return 0;
    }

    /// <summary>Writes the help text of one command.</summary>
    public static void Write(TextWriter output, Command command, OptionTable table)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(table);
        output.WriteLine(command.Description);
        output.WriteLine();
        output.WriteLine($"Usage: {Path(command)} [options]");
        foreach (var group in table.Rows.GroupBy(row => row.Group))
        {
            output.WriteLine();
            output.WriteLine($"{group.Key}:");
            foreach (var row in group)
                WriteRow(output, row, table.AppliesTo(row));
        }
        output.WriteLine();
        output.WriteLine("Other:");
        output.WriteLine("  -h, --help");
        output.WriteLine("      --version");
        output.WriteLine();
        output.WriteLine("Environment:");
        output.WriteLine("  SCX_TIMEOUT_MS    Watchdog of the kernel in ms. [default: 10000] [valid: 1 to 30000]");
        output.WriteLine("  SCX_SYSFS_PREFIX  Put before all sysfs paths, for tests.");
    }

    private static void WriteRow(TextWriter output, OptionRow row, string? appliesTo)
    {
        var alias = row.Short is null ? "    " : $"{row.Short}, ";
        output.WriteLine($"  {alias}{row.Symbol.Name}{(row.ValueName is null ? "" : $" <{row.ValueName}>")}");
        var text = row.Symbol.Description;
        if (row.Default is not null)
            text += $" [default: {row.Default}]";
        if (row.Range is not null)
            text += $" [valid: {row.Range}]";
        if (appliesTo is not null)
            text += $" [for: {appliesTo}]";
        WriteWrapped(output, text!);
    }

    private static void WriteWrapped(TextWriter output, string text)
    {
        var indent = new string(' ', TextColumn);
        var line = indent;
        foreach (var word in text.Split(' '))
        {
            if (line.Length > TextColumn && line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                line = indent;
            }
            line += line.Length == TextColumn ? word : ' ' + word;
        }
        output.WriteLine(line);
    }

    // The library names the root after the running process, which under a test or under dotnet is not ours.
    private static string Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent
        ? $"{Path(parent)} {command.Name}"
        : ProgramName;
}
