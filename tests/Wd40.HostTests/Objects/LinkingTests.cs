// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using Wd40.ArenaRuntime;

namespace Wd40.HostTests.Objects;

/// <summary>Every choice of modules links with the core, in any order, with the oldest and the newest libbpf.</summary>
[TestFixture]
public sealed class LinkingTests
{
    /// <summary>The core alone, and with each module alone: modules are verified function by function, whatever stands beside them.</summary>
    private static IEnumerable<TestCaseData> Choices() => Combinations.OfModules().Where(modules => modules.Length <= 1)
        .Select(modules => new TestCaseData(arg: modules).SetArgDisplayNames(modules.Length == 0 ? "core alone" : string.Join(' ', modules)));

    [TestCaseSource(nameof(Choices))]
    public void Module_loads_with_the_core(string[] modules)
    {
        using var calls = Slots.SlotCalls.Load(modules);
        Assert.That(calls.Host.Loaded.Programs.Keys, Is.SupersetOf(new[] { "wd_setup", "calls_rows" }));
    }

    [Test]
    public void Every_choice_of_modules_links_with_the_core()
    {
        var choices = Combinations.OfModules();
        Assert.That(choices, Has.Count.EqualTo((4 + 1) * (3 + 1) * (3 + 1)), "placements, deadlines and load balances, or none of them");
        foreach (var modules in choices)
        {
            using var linked = new Composition("linking", Shipped.Scheduler(modules)).Link();
            Combinations.Require(linked);
            Assert.That(linked.Length, Is.EqualTo(linked.ToArray().Length), string.Join(", ", modules));
        }
    }

    [Test]
    public void Linking_and_loading_start_no_process()
    {
        var before = FaultsOfChildren();
        using (var linked = new Composition("linking", Shipped.Scheduler(Shipped.OfWd40)).Link())
            Assert.That(linked.Length, Is.Positive);
        using (var calls = Slots.SlotCalls.Load(Shipped.OfWd40))
            Assert.That(calls.Host.Loaded.Programs, Is.Not.Empty);
        var alive = Directory.GetDirectories("/proc/self/task")
            .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Multiple(() =>
        {
            Assert.That(alive, Is.Empty, "children that live");
            Assert.That(FaultsOfChildren(), Is.EqualTo(before), "minor page faults of children that have ended");
        });

        // Field 11 of /proc/self/stat, see proc_pid_stat(5); the second field is a name in brackets. No process ends without a page fault.
        static long FaultsOfChildren()
        {
            var stat = File.ReadAllText("/proc/self/stat");
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[8], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Test]
    public void Order_of_the_list_has_no_meaning()
    {
        var objects = Shipped.Scheduler(Shipped.OfWd40);
        Assert.That(objects, Has.Length.GreaterThanOrEqualTo(5));
        var first = Link(objects);
        foreach (var order in Combinations.Orders(objects))
            Assert.That(Link(order).AsSpan().SequenceEqual(first), Is.True, string.Join(", ", order.Select(o => o.Source)));

        static byte[] Link(IEnumerable<ModuleObject> objects)
        {
            using var linked = new Composition("order", objects).Link();
            return linked.ToArray();
        }
    }

    [Test]
    public void Every_test_object_links_with_the_whole_scheduler()
    {
        using var linked = new Composition("all", [.. Shipped.Scheduler(Shipped.OfWd40), .. Shipped.Names.Where(name => name.StartsWith("tests/", StringComparison.Ordinal)).Select(Shipped.Object)]).Link();
        Combinations.Require(linked);
    }

    [Test]
    public void Module_replaces_the_default_of_the_core()
    {
        // The same calls on the same record: first in, first out ignores the clock, virtual time follows it. One after the other, because
        // an arena has the same address in every process, so that a process holds one.
        var (keys, margin) = Ask([]);
        Assert.That(keys, Is.EqualTo(new[] { keys[0], keys[0] }));
        var (otherKeys, otherMargin) = Ask(["deadline/interactive"]);
        Assert.That(otherKeys, Is.Unique.And.Not.EqualTo(keys));
        Assert.That(otherMargin, Is.Not.EqualTo(margin));

        static (ulong[] Keys, ulong Margin) Ask(string[] modules)
        {
            using var calls = Slots.SlotCalls.Load(modules);
            return ([calls.Call(CallsFunction.Key, 1, 5ul << 40, 7), calls.Call(CallsFunction.Key, 2, 6ul << 40, 7)], calls.Call(CallsFunction.PreemptMargin));
        }
    }

    [Test]
    public void Floor_of_libbpf_is_what_the_tests_run_with() => Assert.That(LibbpfVersion.Current, Is.EqualTo(LibbpfVersion.Floor),
        "the other tests must run with the oldest supported libbpf (package libbpf1 1.4.6; unset LD_LIBRARY_PATH)");

    [Test]
    public void Newest_libbpf_links_and_loads_them_too()
    {
        var built = Start(Path.Combine(SourceTree.Root, "tools/setup/libbpf-newest.sh"), [], null);
        Assert.That(built.Status, Is.Zero, built.Text);
        var directory = built.Output.Trim();

        var probe = Start(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            ["exec", typeof(LinkingTests).Assembly.Location, LinkProbe.Command], directory);
        Assert.That(probe.Status, Is.Zero, probe.Text);
        var lines = probe.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(Version.Parse(lines[0].Split(' ')[1]), Is.GreaterThan(LibbpfVersion.Current), "the child used the same libbpf");
        Assert.That(lines.Count(line => line.StartsWith("linked", StringComparison.Ordinal)), Is.EqualTo(Combinations.OfModules().Count));
        Assert.That(lines[^1], Is.EqualTo("preempt margin 500000"));
    }

    private static (int Status, string Output, string Text) Start(string program, IEnumerable<string> arguments, string? libraryPath)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (libraryPath is not null)
            start.Environment["LD_LIBRARY_PATH"] = libraryPath;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, $"{program} ended with {process.ExitCode}: {output}{errors.Result}");
    }
}
