// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Wd40.ArenaRuntime;

namespace Wd40.Tool.CommandLine;

/// <summary>
/// A list of options with grouping, ranges and defaults from which the parser, the help text and the tests are made.
/// Derived classes declare the options; values are parsed here, so that each message names the value and the valid range.
/// </summary>
public abstract class OptionTable
{
    private readonly List<OptionRow> _rows = [];
    private string _group = "Options";

    /// <summary>All options in the order of the help text.</summary>
    public IReadOnlyList<OptionRow> Rows => _rows;

    /// <summary>Adds every option to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var row in _rows)
            command.Options.Add(row.Symbol);
    }

    /// <summary>The modules that read an option, in words; null when it applies to every scheduler.</summary>
    public virtual string? AppliesTo(OptionRow row) => null;

    /// <summary>Takes back an option that was declared; it keeps its default.</summary>
    protected void Remove(string name) => _rows.RemoveAll(row => row.Symbol.Name == name);

    /// <summary>Puts the options of the group declared last before all others.</summary>
    protected void MoveLastGroupFirst()
    {
        var last = _rows.FindAll(row => row.Group == _group);
        _rows.RemoveAll(row => row.Group == _group);
        _rows.InsertRange(0, last);
    }

    /// <summary>Starts a group; the options declared next belong to it.</summary>
    protected void Group(string title) => _group = title;

    /// <summary>Declares an option without a value.</summary>
    protected Option<bool> Flag(string name, string? alias, string help) => Add(Create<bool>(name, alias, help), null, null, null);

    /// <summary>Declares an option that counts how often it is given.</summary>
    protected Option<bool> Count(string name, string alias, string help) => Add(Create<bool>(name, alias, help), null, null, null);

    /// <summary>Declares a number with a default.</summary>
    protected Option<T> Number<T>(string name, string? alias, string valueName, T fallback, string range, Func<T, bool> valid, string help)
        where T : struct, INumber<T>
    {
        var option = Create<T>(name, alias, help);
        option.DefaultValueFactory = _ => fallback;
        option.CustomParser = result => ParseNumber(result, name, range, valid) ?? default;
        return Add(option, valueName, Text(fallback), range);
    }

    /// <summary>Declares a number that, when not given, is null or has a default.</summary>
    protected Option<T?> OptionalNumber<T>(
        string name, string? alias, string valueName, string range, Func<T, bool> valid, string help, T? fallback = null)
        where T : struct, INumber<T>
    {
        var option = Create<T?>(name, alias, help);
        if (fallback is not null)
            option.DefaultValueFactory = _ => fallback;
        option.CustomParser = result => ParseNumber(result, name, range, valid);
        return Add(option, valueName, fallback is { } value ? Text(value) : null, range);
    }

    /// <summary>Declares a text; null when not given and without a default.</summary>
    /// <param name="name">Long name.</param>
    /// <param name="valueName">Name of the text in the help text.</param>
    /// <param name="fallback">Its default, or null.</param>
    /// <param name="help">What it does.</param>
    /// <param name="range">What the help text says of valid texts; checked by whoever reads it.</param>
    protected Option<string?> Word(string name, string valueName, string? fallback, string help, string? range = null)
    {
        var option = Create<string?>(name, null, help);
        if (fallback is not null)
            option.DefaultValueFactory = _ => fallback;
        option.CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (text.Length > 0)
                return text;
            result.AddError(Invalid(name, text, "any text that is not empty"));
            return null;
        };
        return Add(option, valueName, fallback, range);
    }

    /// <summary>Declares one or more words, each checked; null when not given.</summary>
    /// <param name="name">Long name.</param>
    /// <param name="alias">Short form, or null.</param>
    /// <param name="valueName">Name of the words in the help text.</param>
    /// <param name="range">Valid words.</param>
    /// <param name="wrong">What is wrong with a word, or null.</param>
    /// <param name="help">What it does.</param>
    protected Option<string[]?> Words(string name, string? alias, string valueName, string range, Func<string, string?> wrong, string help)
    {
        var option = Create<string[]?>(name, alias, help);
        option.CustomParser = result =>
        {
            string[] words = [.. result.Tokens.Select(token => token.Value)];
            foreach (var word in words)
            {
                if (wrong(word) is { } reason)
                    result.AddError($"{Invalid(name, word, range)}: {reason}");
            }
            return words;
        };
        Add(option, valueName, null, range);
        option.Arity = ArgumentArity.OneOrMore;
        option.AllowMultipleArgumentsPerToken = true;
        return option;
    }

    /// <summary>Declares a group of users, by name or number; null when not given. Looked up at once, so that a wrong one starts nothing.</summary>
    protected Option<uint?> UserGroup(string name, string valueName, string help)
    {
        const string Range = "name or number of a group";
        var option = Create<uint?>(name, null, help);
        option.CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (UnixGroup.Find(text) is { } group)
                return group;
            result.AddError($"{Invalid(name, text, Range)} of this machine, see /etc/group; groupadd makes one");
            return null;
        };
        return Add(option, valueName, null, Range);
    }

    /// <summary>
    /// Declares a truth value as the words true and false; null when not given. (The library takes only such words after a bool option for its value.)
    /// </summary>
    protected Option<string?> Truth(string name, string help)
    {
        const string Range = "true or false";
        var option = Create<string?>(name, null, help);
        option.CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (bool.TryParse(text, out _))
                return text;
            result.AddError(Invalid(name, text, Range));
            return null;
        };
        return Add(option, "BOOL", null, Range);
    }

    /// <summary>Declares a length of time in seconds, typed as 60, 60s, 5m or 1h; null when not given.</summary>
    protected Option<double?> Duration(string name, string valueName, double shortest, double longest, string range, string help)
    {
        var option = Create<double?>(name, null, help);
        option.CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
            if (double.TryParse(unit == 0 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                && value * Math.Max(unit, 1) is var seconds && seconds >= shortest && seconds <= longest)
            {
                return seconds;
            }
            result.AddError(Invalid(name, text, range));
            return null;
        };
        return Add(option, valueName, null, range);
    }

    private static Option<T> Create<T>(string name, string? alias, string help)
    {
        var option = alias is null ? new Option<T>(name) : new Option<T>(name, alias);
        option.Description = help;
        return option;
    }

    private Option<T> Add<T>(Option<T> option, string? valueName, string? fallback, string? range)
    {
        option.Arity = valueName is null ? ArgumentArity.Zero : ArgumentArity.ExactlyOne;
        _rows.Add(new OptionRow(option, _group, valueName, fallback, range));
        return option;
    }

    private static T? ParseNumber<T>(ArgumentResult result, string name, string range, Func<T, bool> valid) where T : struct, INumber<T>
    {
        var text = result.Tokens[^1].Value;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (T.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value) && valid(value))
            return value;
        result.AddError(Invalid(name, text, range));
        return null;
    }

    private static string Invalid(string name, string value, string range) => $"{name}: '{value}' is not valid; valid: {range}";

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
