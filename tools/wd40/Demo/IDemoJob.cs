// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Tool.Demo;

/// <summary>A command that runs beside others.</summary>
internal interface IDemoJob
{
    /// <summary>True when it has ended.</summary>
    bool HasEnded { get; }

    /// <summary>Asks it to end (SIGTERM).</summary>
    Task TerminateAsync(CancellationToken cancellation);

    /// <summary>Waits for its end.</summary>
    Task<DemoResult> WaitAsync(CancellationToken cancellation);
}
