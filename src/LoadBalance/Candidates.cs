// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>Which tasks a search looks at, by what their memory policy favours.</summary>
internal enum Candidates
{
    All,

    /// <summary>Those that favour the taker and not the giver.</summary>
    ComingHome,

    /// <summary>All but those that favour the giver and not the taker.</summary>
    NotLeavingHome,
}

/// <summary>The test of one task.</summary>
internal static class CandidatesTest
{
    /// <summary>True if the task may go to the taker and is among those that are looked at.</summary>
    public static bool Admits(this Candidates which, in BalanceRound round, int task, int from, int to)
    {
        if (!round.Allowed.IsEmpty && (round.Allowed[task] >> to & 1) == 0)
            return false;
        if (which == Candidates.All)
            return true;
        bool prefersFrom = (round.Preferred[task] >> from & 1) != 0, prefersTo = (round.Preferred[task] >> to & 1) != 0;
        return which == Candidates.ComingHome ? prefersTo && !prefersFrom : prefersTo || !prefersFrom;
    }
}
