// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;

namespace Wd40.Tool.CommandLine;

/// <summary>One row of the option table: what the parser, the help text and the messages say about an option.</summary>
/// <param name="Symbol">The option as the parser knows it.</param>
/// <param name="Group">Heading of the help text under which it stands.</param>
/// <param name="ValueName">Name of its value in the help text; null for a flag.</param>
/// <param name="Default">Its default in the words of the command line; null when there is none.</param>
/// <param name="Range">Its valid values in words; null when any value is valid.</param>
public sealed record OptionRow(Option Symbol, string Group, string? ValueName, string? Default, string? Range)
{
    /// <summary>Short form such as <c>-u</c>, or null.</summary>
    public string? Short => Symbol.Aliases.FirstOrDefault(alias => alias.Length == 2);
}
