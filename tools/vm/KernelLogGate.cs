// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text.RegularExpressions;

namespace Wd40.Vm;

/// <summary>Finds what a kernel log must not contain: warnings, bugs, stalls, and gaps in the log itself.</summary>
public sealed partial class KernelLogGate
{
    private readonly IReadOnlyList<Regex> _allowed;

    private KernelLogGate(IReadOnlyList<Regex> allowed) => _allowed = allowed;

    /// <summary>The gate with the exceptions of kernel-log-allow.txt that have not expired.</summary>
    public static KernelLogGate Default { get; } = FromAllowList(EmbeddedFile.Read("kernel-log-allow.txt"), DateOnly.FromDateTime(DateTime.UtcNow));

    /// <summary>A gate with the exceptions of a list; entries that expired before <paramref name="today"/> no longer count.</summary>
    /// <param name="text">A line each: regular expression, tab, YYYY-MM-DD, tab, reason. Empty lines and those that begin with # are skipped.</param>
    /// <exception cref="FormatException">A line has another form: a broken list must not allow or forbid by accident.</exception>
    public static KernelLogGate FromAllowList(string text, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<Regex> allowed = [];
        foreach ((int number, string line) in text.Split('\n').Index())
        {
            if (line.Trim().Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            string[] fields = line.Split('\t');
            if (fields.Length != 3 || fields.Any(f => f.Trim().Length == 0)
                || !DateOnly.TryParseExact(fields[1].Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly until))
            {
                throw new FormatException($"allow list, line {number + 1}: '{line}' is not EXPRESSION<tab>YYYY-MM-DD<tab>REASON.");
            }

            if (until >= today)
            {
                allowed.Add(new Regex(fields[0], RegexOptions.CultureInvariant));
            }
        }

        return new KernelLogGate(allowed);
    }

    /// <summary>The records that must not be there, as text; empty for a good log.</summary>
    /// <param name="log">
    /// A log or the part of it since the last look. That there is a log at all is <see cref="Guest.ReadKernelLogAsync"/>'s to see to.
    /// </param>
    public IReadOnlyList<string> Check(IReadOnlyList<KernelLogRecord> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return [.. log.Where(r => Denied().IsMatch(r.Text) && !_allowed.Any(a => a.IsMatch(r.Text))).Select(r => r.ToString())];
    }

    /// <summary>A whole log: none at all is a finding too, because a gate that sees nothing must not look like a clean log.</summary>
    public IReadOnlyList<string> CheckWhole(IReadOnlyList<KernelLogRecord> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.Count == 0 ? ["the kernel log is empty: it was not captured"] : Check(log);
    }

    // The text of an ejected scheduler ("sched_ext: ..." with a backtrace) matches none of these: that is the checks' business.
    [GeneratedRegex(
        @"BUG:|WARNING:|Oops|general protection|Call Trace|rcu:.*(stall|detected)|soft lockup|hard LOCKUP|hung task|blocked for more than \d+ seconds|"
        + @"unchecked MSR|scheduling while atomic|Kernel panic|kernel log records lost")]
    private static partial Regex Denied();
}
