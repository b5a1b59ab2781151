// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>What to compare and where.</summary>
public sealed record CompareOptions
{
    /// <summary>Kernel, processors, files; the clock is chosen by the comparison.</summary>
    public required GuestOptions Guest { get; init; }

    /// <summary>Rounds in the boot.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>What runs in each round.</summary>
    public required IReadOnlyList<ScenarioDefinition> Scenarios { get; init; }

    /// <summary>The scheduler that the bars are for.</summary>
    public required Candidate Ours { get; init; }

    /// <summary>Schedulers that run beside it in each round.</summary>
    public IReadOnlyList<Candidate> Peers { get; init; } = [];

    /// <summary>What must be met.</summary>
    public IReadOnlyList<Bar> Bars { get; init; } = [];

    /// <summary>Also one round with real concurrency, shown beside the throughputs.</summary>
    public bool Parallel { get; init; } = true;

    /// <summary>All schedulers, ours first.</summary>
    public IEnumerable<Candidate> Candidates => [Ours, .. Peers];
}
