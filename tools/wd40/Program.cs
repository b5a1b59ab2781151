// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Tool;
using Wd40.Tool.CommandLine;

return new CommandTree(Wd40Program.Run).Run(InvokedName.Expand(InvokedName.Read(), args));
