// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.HostTests.Modules;

/// <summary>samples/FromC: a C program with libbpf whose BPF half is linked with one slot's object of Wd40, by bpftool.</summary>
[TestFixture]
public sealed class FromCTests
{
    /// <summary>Keys after 1 ms of CPU time at weights 100 and 11: by weight, or by the time of arrival (2^40 and 1 s) for both.</summary>
    [TestCase("deadline/vtime", "1000000 9090909"), TestCase("deadline/fifo", "1100511627776 1100511627776")]
    public void A_c_program_links_one_slot_and_asks_it(string module, string keys)
    {
        var directory = Directory.CreateTempSubdirectory("wd40-from-c-").FullName;
        try
        {
            Programs.Run("make", "-s", "-C", Path.Combine(SourceTree.Root, "samples/FromC"), $"O={directory}", $"MODULE={module}");
            Assert.That(Programs.Run(Path.Combine(directory, "order")).Trim(), Is.EqualTo(keys));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
