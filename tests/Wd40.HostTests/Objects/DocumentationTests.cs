// SPDX-License-Identifier: GPL-2.0-only
using System.Text.RegularExpressions;

namespace Wd40.HostTests;

/// <summary>What the documents say about the tests.</summary>
internal sealed partial class DocumentationTests
{
    private const int Defects = 43, RustyChecks = 14;

    [Test]
    public void Each_defect_has_its_row_and_each_named_test_exists()
    {
        var tests = TestNames();
        var rows = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "wd40-defects.md"))
            .Select(line => Row().Match(line)).Where(match => match.Success).ToArray();
        var named = rows.SelectMany(row => Quoted().Matches(row.Groups[2].Value).Select(match => match.Groups[1].Value)).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row.Groups[1].Value), Is.EqualTo(Enumerable.Range(1, Defects).Select(number => $"{number}")));
            Assert.That(named, Is.Not.Empty);
            Assert.That(named.Where(name => !tests.Contains(name)), Is.Empty, "tests that are named and do not exist");
            foreach (var row in rows.Where(row => row.Groups[2].Value.Trim().Length == 0))
                Assert.That(row.Value, Does.Contain("*open*").Or.Contain("no test of its own"), "a row without tests says so");
        }
    }

    [Test]
    public void Each_check_of_rusty_has_its_row_and_each_named_test_exists()
    {
        var tests = TestNames();
        var rows = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "rusty.md"))
            .Select(line => CheckRow().Match(line)).Where(match => match.Success).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row.Groups[1].Value), Is.EqualTo(Enumerable.Range(1, RustyChecks).Select(number => $"{number}")));
            foreach (var row in rows)
            {
                var named = Quoted().Matches(row.Groups[2].Value).Select(match => match.Groups[1].Value).ToArray();
                Assert.That(named, Is.Not.Empty.And.SubsetOf(tests), $"tests of R-{row.Groups[1].Value}");
            }
        }
    }

    private static HashSet<string> TestNames() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)),
    ];

    [GeneratedRegex(@"^\| (\d+) \|.*\|([^|]*)\|$")]
    private static partial Regex Row();

    /// <summary>Number, tests.</summary>
    [GeneratedRegex(@"^\| R-(\d+) \|[^|]*\|([^|]*)\|[^|]*\|$")]
    private static partial Regex CheckRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[(?:Test|TestCase)[\s\S]*?public (?:async Task|Task|void) (\w+)\(")]
    private static partial Regex TestName();
}
