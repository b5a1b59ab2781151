// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm.Compare;

/// <summary>A scheduler under test.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Command">Command line in the guest that runs it until SIGTERM.</param>
/// <param name="Ops">How the name that it gives to the kernel begins; null: like <paramref name="Name"/>.</param>
public sealed record Candidate(string Name, string Command, string? Ops = null)
{
    /// <summary>Reads <c>NAME=COMMAND</c>, or <c>LABEL:NAME=COMMAND</c> for another build of a scheduler that takes part already.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static Candidate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] names = equals > 0 && equals < text.Length - 1 ? text[..equals].Split(':') : [];
        return names switch
        {
            [{ Length: > 0 } name] => new Candidate(name, text[(equals + 1)..]),
            [{ Length: > 0 } label, { Length: > 0 } name] => new Candidate(label, text[(equals + 1)..], name),
            _ => throw new FormatException($"'{text}' is no scheduler: write NAME=COMMAND, NAME as the kernel shows it in sched_ext/root/ops, or LABEL:NAME=COMMAND"),
        };
    }

    /// <summary>Refuses schedulers whose figures would stand under one name.</summary>
    /// <exception cref="FormatException">Two of them, or one and the default scheduler, have the same.</exception>
    public static void RequireDistinct(IEnumerable<Candidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        HashSet<string> seen = new([Rounds.First], StringComparer.Ordinal);
        foreach (Candidate candidate in candidates)
        {
            if (!seen.Add(candidate.Name))
            {
                throw new FormatException($"two schedulers are called '{candidate.Name}': write LABEL:{candidate.Ops ?? candidate.Name}=COMMAND with a label of its own for one");
            }
        }
    }
}
