// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Tool;
using Wd40.Tool.CommandLine;

var words = InvokedName.Expand(InvokedName.Read(), args);
// First of all: what comes before it is done twice.
if (RuntimeSettings.Apply(words) is { } reason)
    Console.Error.WriteLine($"wd40: the settings of the runtime stay as they are: {reason}");
return new CommandTree(Wd40Program.Run).Run(words);
