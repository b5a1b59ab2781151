// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.Schedulers;

/// <summary>
/// The C# half of a module of a directory: a public class with a constructor without parameters, in NAME.dll beside NAME.bpf.o. It is made once,
/// when the directory is read, on the thread that reads it.
/// </summary>
public interface IModuleComponent
{
    /// <summary>One line on what the module does.</summary>
    string Description { get; }

    /// <summary>Values that may be given to it, with <c>--set MODULE.NAME=VALUE</c>.</summary>
    IReadOnlyList<ModuleSetting> Settings => [];

    /// <summary>Long names of the options of <c>wd40 run</c> that the BPF half reads, such as <c>--slice-us-overutil</c>; others are refused beside it.</summary>
    IReadOnlyList<string> Options => [];

    /// <summary>Sets the variables of the BPF half, before each load.</summary>
    /// <param name="open">The linked scheduler. Set the module's own variables only.</param>
    /// <param name="settings">A value for each of <see cref="Settings"/>, by name, within its bounds.</param>
    void Configure(OpenObject open, IReadOnlyDictionary<string, ulong> settings)
    {
    }
}
