// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.ArenaRuntime;

/// <summary>Global variables of an object: which section each stands in, where, and how large it is.</summary>
internal sealed class SectionVariables
{
    private readonly Dictionary<string, (string Section, uint Offset, uint Size)> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ambiguous = new(StringComparer.Ordinal);

    internal SectionVariables(Btf btf)
    {
        foreach (var section in btf.OfKind(BtfKind.DataSection))
        {
            foreach (var variable in section.Members)
            {
                if (!_variables.TryAdd(variable.Name, (section.Name, variable.BitOffset / 8, variable.Size)))
                    _ambiguous.Add(variable.Name);
            }
        }
    }

    /// <summary>Names of the variables of sections whose names begin so.</summary>
    internal IEnumerable<string> In(string sections) =>
        _variables.Where(pair => pair.Value.Section.StartsWith(sections, StringComparison.Ordinal) && !_ambiguous.Contains(pair.Key)).Select(pair => pair.Key);

    internal (string Section, uint Offset, uint Size) Find(string name, string what)
    {
        if (_ambiguous.Contains(name))
            throw new SchedulerException(ExitCode.LayoutMismatch, $"{what} has more than one variable {name}", "Give static variables of different objects different names.");
        return _variables.TryGetValue(name, out var place) ? place : throw new SchedulerException(ExitCode.LayoutMismatch,
            $"{what} has no variable {name}", "Build the BPF objects and the runtime from one source tree; a variable that nobody uses is not in the object.");
    }

    internal bool Contains(string name) => _variables.ContainsKey(name);
}
