// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Policies;

namespace Wd40.Samples.Policies;

/// <summary>The sample policies by name, for a <see cref="PolicyRegistry"/>.</summary>
public static class SamplePolicies
{
    /// <summary>Adds the samples that need nothing but options; <see cref="HintPolicy"/> needs a file as well.</summary>
    /// <param name="registry">Where to.</param>
    public static void AddTo(PolicyRegistry registry)
    {
        registry.Add(KnownPolicy.Of<FifoPolicy, NoState>("fifo", "First come, first served.", [], _ => default));
        registry.Add(KnownPolicy.Of<NewcomerPolicy, NewcomerPolicy.State>("newcomer", "Deadline, with short slices for new tasks.",
            NewcomerPolicy.Options, options => new NewcomerPolicy(new DeadlinePolicy(options), options)));
    }

    /// <summary>The policy that takes hints from a file.</summary>
    /// <param name="hints">The file.</param>
    public static KnownPolicy Hinted(HintFile hints) =>
        KnownPolicy.Of<HintPolicy, DeadlinePolicy.State>("hints", "Deadline, with hints from another process.",
            DeadlinePolicy.Options, options => new HintPolicy(new DeadlinePolicy(options), hints));
}
