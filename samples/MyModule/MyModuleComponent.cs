// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace MyModule;

/// <summary>The C# half of the module: its setting, and the variable of the BPF half that it becomes.</summary>
public sealed class MyModuleComponent : IModuleComponent
{
    private const string Floor = "floor-weight";

    /// <inheritdoc/>
    public string Description => "Weighted virtual time with a floor for weights.";

    /// <inheritdoc/>
    public IReadOnlyList<ModuleSetting> Settings =>
        [new ModuleSetting(Floor, 25, 0, 100, "Weights below this count as this; 100 is nice 0, 11 is nice 10, 0 is no floor.")];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options => ["--slice-us-underutil", "--slice-us-overutil"];

    /// <inheritdoc/>
    public void Configure(OpenObject open, IReadOnlyDictionary<string, ulong> settings) => open.SetVariable("my_floor", settings[Floor]);
}
