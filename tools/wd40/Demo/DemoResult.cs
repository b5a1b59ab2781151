// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Tool.Demo;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit status.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record DemoResult(int ExitCode, string Output, string Error);
