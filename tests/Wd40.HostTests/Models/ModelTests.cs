// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.HostTests.Models;

/// <summary>
/// The protocol of the user-space core, as models that SPIN verifies (<c>models/</c>): each property holds, and each planted bug is found. The
/// cases are the lines of <c>models/models.txt</c>.
/// </summary>
[TestFixture]
public sealed class ModelTests
{
    private string _copy = "";

    private static string Folder => Path.Combine(SourceTree.Root, "models");

    private static string Script => Path.Combine(Folder, "check.sh");

    private static IEnumerable<string[]> Lines => File.ReadLines(Path.Combine(Folder, "models.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Properties => Lines.Where(words => words[3] == "holds").Select(words => words[0]);

    private static IEnumerable<string> PlantedBugs => Lines.Where(words => words[3] == "found").Select(words => words[0]);

    [SetUp]
    public void Copy()
    {
        _copy = Directory.CreateTempSubdirectory("wd40-models-").FullName;
        foreach (var path in Directory.EnumerateFiles(Folder))
            File.Copy(path, Path.Combine(_copy, Path.GetFileName(path)));
    }

    [TearDown]
    public void Remove() => Directory.Delete(_copy, recursive: true);

    [TestCaseSource(nameof(Properties))]
    public void Property_holds(string name) => Assert.That(Programs.Run(Script, name), Does.StartWith($"ok     {name} ").And.Contain(" holds "));

    [TestCaseSource(nameof(PlantedBugs))]
    public void Planted_bug_is_found(string name) => Assert.That(Programs.Run(Script, name), Does.StartWith($"ok     {name} ").And.Contain(" found "));

    [Test]
    public void Every_planted_bug_of_the_models_is_in_the_table()
    {
        var planted = Directory.EnumerateFiles(Folder, "*.pml").SelectMany(path => System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(path), @"#.*?(BUG_\w+)")
            .Select(match => $"{Path.GetFileNameWithoutExtension(path)} {match.Groups[1].Value}")).Distinct().ToArray();
        var checkedOnes = Lines.Where(words => words[3] == "found").SelectMany(words => words.Skip(4).Select(define => $"{words[1]} {define}"));
        Assert.That(planted, Has.Length.GreaterThan(20).And.SubsetOf(checkedOnes));
    }

    [TestCase("planted decisions safety found NO_BUG_AT_ALL", "holds", TestName = "A_bug_that_is_not_found_fails")]
    [TestCase("planted decisions safety holds BUG_HEAD_STORE", "found", TestName = "A_property_that_does_not_hold_fails")]
    [TestCase("planted decisions no_such_formula found", "broken", TestName = "A_verifier_that_does_not_run_fails")]
    public void Failure_is_reported(string line, string outcome)
    {
        File.WriteAllText(Path.Combine(_copy, "models.txt"), line + "\n");
        var (output, _) = Programs.RunTo(1, Path.Combine(_copy, "check.sh"));
        Assert.That(output, Does.StartWith("FAILED planted ").And.Contain($" {outcome} "));
    }

    [Test]
    public void Missing_program_is_named_with_the_remedy()
    {
        // A PATH with what the script itself needs, and no spin.
        foreach (var program in new[] { "bash", "dirname", "grep", "sed", "paste" })
            File.CreateSymbolicLink(Path.Combine(_copy, program), $"/usr/bin/{program}");
        var (_, error) = Programs.RunTo(2, "/usr/bin/env", $"PATH={_copy}", Script);
        Assert.That(error, Does.Contain("'spin' is missing").And.Contain("tools/setup/install.sh"));
    }

    [Test]
    public void Json_has_an_object_for_each_check()
    {
        using var json = System.Text.Json.JsonDocument.Parse(Programs.Run(Script, "--json", "takeover", "takeover-none"));
        Assert.That(json.RootElement.EnumerateArray().Select(check => check.GetProperty("result").GetString()), Is.EqualTo(new[] { "holds", "found" }));
    }
}
