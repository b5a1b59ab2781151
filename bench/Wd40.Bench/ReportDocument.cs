// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Bench;

/// <summary>The report as JSON.</summary>
internal sealed record ReportDocument(Verdict Verdict, IReadOnlyList<Figure> Figures, IReadOnlyList<Timing> Timings);
