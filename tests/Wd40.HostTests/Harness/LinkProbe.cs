// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.HostTests;

/// <summary>
/// The child process of tests that need another libbpf: a process can load one only. Links every choice of modules in this process, loads
/// that of wd40, and prints one line each.
/// </summary>
internal static class LinkProbe
{
    /// <summary>Argument that asks for the probe.</summary>
    public const string Command = "link-probe";

    /// <summary>Runs the probe.</summary>
    /// <returns>0, or 1 after printing what failed.</returns>
    public static int Main(string[] args)
    {
        if (args is not [Command])
        {
            Console.Error.WriteLine($"usage: dotnet Wd40.HostTests.dll {Command} (the tests themselves run under 'dotnet test')");
            return 2;
        }
        try
        {
            Console.WriteLine($"libbpf {LibbpfVersion.Current}");
            foreach (var modules in Combinations.OfModules())
            {
                using var linked = new Composition("probe", Shipped.Scheduler(modules)).Link();
                Combinations.Require(linked);
                Console.WriteLine($"linked {string.Join(' ', modules)}");
            }
            using var host = HostObject.Load(64, [.. Shipped.Scheduler(Shipped.OfWd40), Shipped.Object("tests/calls")]);
            host.Column("calls_function")[0] = (ulong)CallsFunction.PreemptMargin;
            host.Run("calls_rows", new TestArgs(1));
            Console.WriteLine($"preempt margin {host.Column("calls_result")[0]}");
            return 0;
        }
        catch (Exception e) when (e is SchedulerException or AssertionException)
        {
            Console.WriteLine($"failed: {e.Message}");
            return 1;
        }
    }
}
