// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Wd40.UnitTests.Tool;

/// <summary>What tools/results makes of test results: verdicts of checks, and the pieces of <c>./test.sh --full</c>.</summary>
internal sealed class ResultsTests
{
    private static readonly string _root = Root();
    private DirectoryInfo _tree = null!;

    [SetUp]
    public void MakeTree()
    {
        _tree = Directory.CreateTempSubdirectory("wd40-results-");
        Write("checks.txt", "A-1\tstart and stop\nA-2\trefuses a second instance\nA-3\tdomain detection\nA-4\toffline CPU\n");
    }

    [TearDown]
    public void RemoveTree() => _tree.Delete(recursive: true);

    [Test]
    public void A_check_is_passed_when_all_its_tests_are()
    {
        Write("a.xml", Results(("1", "Passed", "A-1"), ("2", "Passed", "A-2"), ("3", "Failed", "A-2"), ("4", "Passed", "memory")));
        // On another tier a test of A-3 was not run to its end.
        Write("b.xml", Results(("1", "Passed", "*A-1"), ("2", "Skipped", "*A-3")));
        Assert.That(Checks("line", "a.xml", "b.xml"),
            Is.EqualTo("checks passed: A-1; failed: A-2 A-3; no test among those that ran: A-4\n"));
    }

    [Test]
    public void A_test_may_belong_to_several_checks()
    {
        Write("a.xml", Results(("1", "Passed", "modules A-3")));
        Assert.That(Checks("line", "a.xml"), Does.StartWith("checks passed: A-3; failed: none;"));
    }

    [Test]
    public void Of_a_test_that_ran_again_the_last_result_counts()
    {
        Write("b.xml", Named("1", "Passed", "A-1", "again"));
        Write("c.xml", Named("1", "Failed", "A-1", "again"));
        Assert.That(Checks("line", "b.xml"), Does.StartWith("checks passed: A-1;"));
        Assert.That(Checks("line", "c.xml", "b.xml"), Does.StartWith("checks passed: A-1; failed: none;"));
        Assert.That(Checks("line", "b.xml", "c.xml"), Does.StartWith("checks passed: none; failed: A-1;"));
        // Whatever order the files come in: the shell lists vm-again before vm.
        Write("b.xml", Named("1", "Passed", "A-1", "again").Replace("02:11:35", "02:31:35", StringComparison.Ordinal));
        Assert.That(Checks("line", "b.xml", "c.xml"), Does.StartWith("checks passed: A-1; failed: none;"));
    }

    [Test]
    public void Tests_whose_guest_the_emulator_killed_are_listed_by_their_full_names()
    {
        const string Killed = "<failure>\n<message><![CDATA[1) the guest ended; the emulator killed it: it ran a stale breakpoint; kernel 7.3\nLast lines]]></message>\n</failure>\n";
        const string Other = "<failure>\n<message><![CDATA[the guest ended; kernel 7.3\nLast lines]]></message>\n</failure>\n";
        Write("a.xml", Named("1", "Failed", "A-1", "F(&quot;newest&quot;).Killed(8,&quot;a&quot;)", Killed)
            + Named("2", "Failed", "A-1", "F(&quot;newest&quot;).Other", Other) + Named("3", "Passed", "A-1", "F.Passed", Killed));
        Assert.That(Run("awk", _tree.FullName, ["-f", Path.Combine(_root, "tools/results/killed.awk"), "a.xml"]).Output,
            Is.EqualTo("F(\"newest\").Killed(8,\"a\")\n"));
    }

    [Test]
    public void The_summary_has_a_line_for_each_check()
    {
        Write("a.xml", Results(("1", "Passed", "A-1"), ("2", "Failed", "A-2")));
        Assert.That(Checks("summary", "a.xml"), Is.EqualTo(
            "A-1   passed   2026-11-25 02:11  start and stop\n"
            + "A-2   FAILED   2026-11-25 02:11  refuses a second instance\n"
            + "A-3   no test                    domain detection\n"
            + "A-4   no test                    offline CPU\n"));
    }

    [Test]
    public void All_checks_of_the_specification_have_a_name() => Assert.That(
        File.ReadLines(Path.Combine(_root, "tools/results/checks.txt")).Select(line => line.Split('\t')[0]),
        Is.EqualTo(Enumerable.Range(1, 42).Select(number => $"A-{number}").Concat(Enumerable.Range(1, 14).Select(number => $"R-{number}"))
            .Concat(Enumerable.Range(1, 10).Select(number => $"U-{number}"))));

    [Test]
    public void Pieces_that_have_passed_for_this_tree_do_not_run_again()
    {
        MakeRepository();
        Assert.That(Full("one fails").Output, Does.Contain("unit: passed 3 0 0 ").And.Contain("host: failed 2 1 0 ").And.EndWith("5 1 0 ,unit,host\n"));
        Assert.That(Ran(), Is.EqualTo(new[] { "unit", "host" }));
        Assert.That(Full("").Output, Does.Contain("unit: has passed, ").And.Contain("host: passed 3 0 0 ").And.EndWith("6 0 0 ,unit,host\n"));
        Assert.That(Ran(), Is.EqualTo(new[] { "unit", "host", "host" }));
        Write("tree/file", "changed");
        Assert.That(List(), Has.Exactly(2).EndsWith("to run"), "a changed tree has no results");
        Git("commit -qam two");
        Assert.That(List(), Has.Exactly(2).EndsWith("to run"), "committed it has none either");
        Write("tree/file", "one");
        Assert.That(List(), Has.None.EndsWith("to run"), "it is the first one again");
        Write("tree/new", "");
        Assert.That(List(), Has.Exactly(2).EndsWith("to run"), "what git does not know of yet is a part of it");
    }

    [Test]
    public void Results_of_guests_hold_while_documents_change()
    {
        MakeRepository();
        Full("", tiers: "unit,vm");
        Write("tree/notes.md", "what came of it");
        Assert.That(List("unit,vm"), Has.One.StartsWith("unit ").And.EndsWith("to run").And.One.StartsWith("figure ").And.Contains("passed 3 0 0 "));
        Write("tree/file", "changed");
        Assert.That(List("unit,vm"), Has.Exactly(2).EndsWith("to run"));
    }

    [Test]
    public void Results_of_guests_hold_while_tests_of_other_fixtures_change()
    {
        const string Guests = "tree/tests/Wd40.VmTests/";
        MakeRepository();
        Write("tree/tools/results/pieces.txt",
            "a vm FullyQualifiedName~ATests&FullyQualifiedName~newest\nb vm FullyQualifiedName~BTests&Check!=A-30\nrest vm FullyQualifiedName!~ATests&FullyQualifiedName!~BTests\n");
        foreach (var name in new[] { "ATests.cs", "ATests.More.cs", "BTests.cs", "CTests.cs", "Harness/GuestTests.cs" })
            Write(Guests + name, "");
        string[] ToRunAfter(string changed)
        {
            Full("", tiers: "vm");
            Write(changed, "changed");
            return [.. List("vm").Where(line => line.EndsWith("to run", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];
        }
        Assert.That(ToRunAfter(Guests + "ATests.More.cs"), Is.EqualTo(new[] { "a", "rest" }));
        Assert.That(ToRunAfter(Guests + "BTests.cs"), Is.EqualTo(new[] { "b", "rest" }));
        Assert.That(ToRunAfter(Guests + "CTests.cs"), Is.EqualTo(new[] { "rest" }), "what names no fixture may be any");
        Assert.That(ToRunAfter(Guests + "Harness/GuestTests.cs"), Is.EqualTo(new[] { "a", "b", "rest" }));
        Assert.That(ToRunAfter("tree/tests/Wd40.UnitTests/ATests.cs"), Is.Empty);
        var pieces = File.ReadAllText(Path.Combine(Tree, "tools/results/pieces.txt"));
        Write("tree/tools/results/pieces.txt", pieces.Replace("A-30", "A-31", StringComparison.Ordinal));
        Assert.That(List("vm"), Has.One.EndsWith("to run").And.One.StartsWith("b "), "another filter may be other tests");
    }

    [Test]
    public void Results_of_one_scheduler_hold_while_what_is_another_ones_alone_changes()
    {
        MakeRepository();
        Write("tree/tools/results/pieces.txt",
            "stress vm FullyQualifiedName~StressTests&FullyQualifiedName~wd40&FullyQualifiedName~first\npolicies vm FullyQualifiedName~RustlandTests\n");
        foreach (var name in new[] { "StressTests.cs", "ATests.Crowds.cs" })
            Write($"tree/tests/Wd40.VmTests/{name}", "");
        Full("", tiers: "vm");
        // The last is another fixture's: of "wd40", letters alone would match it.
        foreach (var name in new[] { "src/Policies/Policy.cs", "arena-bpf/core/userspace_tasks.h", "arena-bpf/core/decisions.h", "tests/Wd40.VmTests/ATests.Crowds.cs" })
            Write($"tree/{name}", "changed");
        Assert.That(List("vm"), Has.One.EndsWith("to run").And.One.StartsWith("policies "));
        Write("tree/src/Placement/Placement.cs", "changed");
        Assert.That(List("vm"), Has.Exactly(2).EndsWith("to run"));
    }

    [Test]
    public void Pieces_can_be_named()
    {
        MakeRepository();
        Assert.That(Full("", tiers: "unit,host,vm", names: "figure,unit").Output, Does.EndWith("6 0 0 ,unit,vm\n"));
        Assert.That(Ran(), Is.EqualTo(new[] { "unit", "figure" }));
        Assert.That(Run("bash", _root, ["test.sh", "--full", "--piece", "unit,figures"]).Status, Is.EqualTo(2), "no such piece");
        Assert.That(Run("bash", _root, ["test.sh", "--piece", "unit"]).Status, Is.EqualTo(2), "without --full");
        Assert.That(Run("bash", _root, ["test.sh", "--full", "--piece", "unit", "--tier", "host"]).Status, Is.EqualTo(2), "of another tier");
    }

    [Test]
    public void A_piece_that_is_cut_off_is_a_failure_and_an_interrupted_one_runs_again()
    {
        MakeRepository();
        var (status, output) = Full("hangs", limit: "1s");
        Assert.That((status, output.Contains("unit: failed 0 1 0 ", StringComparison.Ordinal)), Is.EqualTo((0, true)), output);
        Directory.Delete(Path.Combine(_tree.FullName, "tree/artifacts"), true);
        (status, output) = Full("hangs", interruptAfter: 1);
        Assert.That((status, output), Is.EqualTo((130, "interrupted; ./test.sh --full goes on from here\n")));
        Assert.That(List(), Has.Exactly(2).EndsWith("to run"));
    }

    [Test]
    public void Each_fixture_of_the_guests_is_in_one_piece()
    {
        // Their filters name the fixtures that have pieces of their own; the rest is "not these".
        var pieces = File.ReadAllLines(Path.Combine(_root, "tools/results/pieces.txt")).Where(line => line.Contains(" vm ", StringComparison.Ordinal));
        var rest = pieces.Single(line => line.StartsWith("machines ", StringComparison.Ordinal));
        foreach (var fixture in pieces.Where(line => line != rest).Select(line => line.Split("FullyQualifiedName~")[1].Split('&')[0]).Distinct())
            Assert.That(rest, Does.Contain($"FullyQualifiedName!~{fixture}"));
    }

    /// <summary>Results as NUnit writes them; a test whose checks begin with * has them from the suite of its method.</summary>
    private static string Results(params (string Id, string Outcome, string Checks)[] tests) =>
        "<test-run>\n<test-suite type=\"Assembly\">\n" + string.Concat(tests.Select(test =>
        {
            var properties = "<properties>\n" + string.Concat(test.Checks.TrimStart('*').Split(' ').Select(check =>
                $"<property name=\"Check\" value=\"{check}\" />\n")) + "</properties>\n";
            var head = $"<test-case id=\"{test.Id}\" name=\"T(&quot;&gt;&quot;)\" result=\"{test.Outcome}\" end-time=\"2026-11-25T02:11:35.2Z\"";
            return test.Checks[0] == '*'
                ? $"<test-suite type=\"ParameterizedMethod\">\n{properties}{head} />\n</test-suite>\n"
                : $"{head}>\n{properties}</test-case>\n";
        })) + "</test-suite>\n</test-run>\n";

    /// <summary>The result of one test with a full name.</summary>
    private static string Named(string id, string outcome, string check, string fullName, string failure = "") =>
        Results((id, outcome, check)).Replace("<test-case ", $"<test-case fullname=\"{fullName}\" ", StringComparison.Ordinal)
            .Replace("</test-case>", failure + "</test-case>", StringComparison.Ordinal);

    private string Checks(string mode, params string[] files) =>
        Run("awk", _tree.FullName, ["-v", $"mode={mode}", "-f", Path.Combine(_root, "tools/results/checks.awk"), "checks.txt", .. files]).Output;

    /// <summary>A tree with a piece for each tier and a program that stands for dotnet: it notes that it ran and writes results as it is told.</summary>
    private void MakeRepository()
    {
        foreach (var name in new[] { "checks.awk", "full.sh" })
            Write($"tree/tools/results/{name}", File.ReadAllText(Path.Combine(_root, "tools/results", name)));
        Write("tree/tools/results/checks.txt", "A-1\tstart\n");
        Write("tree/tools/results/pieces.txt", "# a comment\nunit unit -\nhost host FullyQualifiedName~X\nfigure vm -\n");
        Write("tree/.gitignore", "artifacts/\n");
        Write("tree/file", "one");
        Write("bin/dotnet", """
            #!/bin/sh
            for word; do case $word in trx*) trx=${word#*=} ;; esac; done
            name=$(basename "$trx" .trx); echo "$name" >> "$RAN"
            case $HOW in hangs) exec sleep 100 ;; esac
            failed=0; [ "$HOW" = 'one fails' ] && [ $name = host ] && failed=1
            echo "<Counters total=\"3\" executed=\"3\" passed=\"$((3 - failed))\" failed=\"$failed\" />" > "$trx"
            exit $failed
            """);
        Run("chmod", _tree.FullName, ["755", "bin/dotnet"]);
        Git("init -q");
        Git("add -A");
        Git("commit -qm one");
    }

    private void Git(string arguments)
    {
        var (status, output) = Run("git", Tree, ["-c", "user.name=t", "-c", "user.email=t@t.example", .. arguments.Split(' ')]);
        Assert.That(status, Is.Zero, output);
    }

    private (int Status, string Output) Full(string how, string limit = "60s", int interruptAfter = 0, string tiers = "unit,host", string names = "")
    {
        var body = $". tools/results/full.sh; passed=0 failed=0 skipped=0 ran=; full_run {tiers} '{names}'; echo $passed $failed $skipped $ran";
        string[] command = interruptAfter == 0 ? ["-c", body] : ["-c", $"(sleep {interruptAfter}; kill -TERM $$) & {body}"];
        return Run("bash", Tree, command, ("HOW", how), ("WD40_PIECE_LIMIT", limit));
    }

    private string[] List(string tiers = "unit,host") => Run("bash", Tree, ["-c", $". tools/results/full.sh; full_list {tiers} ''"]).Output.Split('\n');

    private string[] Ran() => File.ReadAllLines(Path.Combine(_tree.FullName, "ran"));

    private string Tree => Path.Combine(_tree.FullName, "tree");

    private (int Status, string Output) Run(string program, string directory, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = directory };
        start.Environment["PATH"] = $"{Path.Combine(_tree.FullName, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["RAN"] = Path.Combine(_tree.FullName, "ran");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_tree.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string Root([CallerFilePath] string caller = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "../../.."));
}
