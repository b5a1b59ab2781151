// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.HostTests;

/// <summary>
/// What this tier needs: root and a kernel with BPF arenas (6.9 or newer). Where it is missing every test fails with the reason; leave the
/// tier out with <c>./test.sh --tier unit,vm</c> instead.
/// </summary>
[SetUpFixture]
public sealed class HostTier
{
    /// <summary>Loads the library alone, which uses all that the other tests use of the kernel.</summary>
    /// <exception cref="InvalidOperationException">This machine cannot run the tier.</exception>
    [OneTimeSetUp]
    public void Probe()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException("the host tier loads BPF programs: run it as root, or leave it out (./test.sh --tier unit,vm)");
        try
        {
            using var library = HostObject.Load(16, []);
        }
        catch (SchedulerException e)
        {
            throw new InvalidOperationException($"the host tier needs a kernel with BPF arenas (6.9 or newer) and libbpf 1.4 or newer: {e.Message} " +
                "Leave the tier out with ./test.sh --tier unit,vm.", e);
        }
    }
}
