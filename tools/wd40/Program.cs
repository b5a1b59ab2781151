// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Tool.CommandLine;

return new CommandTree((_, _) => 0).Run(InvokedName.Expand(InvokedName.Read(), args));
