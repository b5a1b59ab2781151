// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Bench;

var report = new Report();
foreach (var count in new[] { 10_000, 1_000_000 })
    ArenaReads.Run(report, count, 9);
report.WriteTable(Console.Out);
return (int)report.Verdict;
