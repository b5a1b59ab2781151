// SPDX-License-Identifier: GPL-2.0-only
using Spectre.Console;

namespace Wd40.Tool.Demo;

/// <summary>What a demonstration saw.</summary>
internal interface IDemoReport
{
    /// <summary>Whether the scheduler did its work: what <c>wd40 demo</c> exits with 0 for.</summary>
    bool Success { get; }

    /// <summary>Prints it for a reader.</summary>
    void Print(IAnsiConsole console);

    /// <summary>Prints it as one JSON object on one line.</summary>
    void PrintJson(TextWriter to);
}
