// SPDX-License-Identifier: GPL-2.0-only
using Wd40.Vm;
using Wd40.Vm.Compare;

namespace Wd40.VmTests.Harness;

/// <summary>The programs that the guests run, and where they are found. What is missing is a failure with its remedy, never a skip.</summary>
internal static class GuestPrograms
{
    /// <summary>Where all programs are in the guest.</summary>
    public const string Directory = "/t";

    /// <summary>The scheduler under test in the guest.</summary>
    public const string Wd40 = Directory + "/wd40/wd40";

    /// <summary>In place of <c>exec</c>: with all the CPU time it can get, where how long it takes to start is not what a test is about.</summary>
    public const string ExecEager = "renice -n -20 $$ && exec";

    /// <summary>The workload program in the guest.</summary>
    public const string Load = Directory + "/wd40-load";

    /// <summary>The tests' own helper in the guest.</summary>
    public const string Probe = Directory + "/probe";

    /// <summary>What fills an arena with garbage, in the guest.</summary>
    public const string Scribble = Directory + "/scribble";

    /// <summary>What prints a record of an arena, in the guest.</summary>
    public const string Peek = Directory + "/peek";

    /// <summary>What stops a process as a debugger does, in the guest.</summary>
    public const string Hold = Directory + "/hold";

    /// <summary>The C loader in the guest.</summary>
    public const string CLoader = Directory + "/c-loader";

    /// <summary>Names a directory that holds <c>wd40/</c>, <c>workloads/</c> and <c>samples/</c>, in place of the artifacts directory of the tree.</summary>
    private const string Variable = "WD40_GUEST_FILES";

    private const string Remedy =
        "./test.sh --tier vm makes all of it; by hand: tools/wd40/publish.sh --out artifacts/wd40 && make -C workloads O=$PWD/artifacts/workloads && samples/build.sh --out artifacts/samples";

    /// <summary>All of them, as files that a guest finds when it starts.</summary>
    public static IReadOnlyList<GuestFile> All() =>
    [
        new GuestFile(Artifact("wd40", "wd40"), Wd40),
        new GuestFile(Artifact("wd40", "libbpf.so.1"), Directory + "/wd40/libbpf.so.1"),
        new GuestFile(Artifact("workloads", "wd40-load"), Load),
        new GuestFile(Native("probe"), Probe),
        new GuestFile(Native("c-loader"), CLoader),
        new GuestFile(Native("scribble"), Scribble),
        new GuestFile(Native("peek"), Peek),
        new GuestFile(Native("hold"), Hold),
    ];

    /// <summary>Those that a comparison needs, where it looks for them.</summary>
    public static IReadOnlyList<GuestFile> ForComparison() =>
    [
        new GuestFile(Artifact("wd40", "wd40"), GuestScheduler.Files + "/wd40"),
        new GuestFile(Artifact("wd40", "libbpf.so.1"), GuestScheduler.Files + "/libbpf.so.1"),
        new GuestFile(Artifact("workloads", "wd40-load"), GuestScheduler.Files + "/wd40-load"),
    ];

    /// <summary>A file of samples/MyModule, built outside the solution; on the host.</summary>
    public static string Sample(string name) => Artifact("samples/mymodule", name);

    private static string Native(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "guest", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; build tests/Wd40.VmTests: its build makes it");
    }

    private static string Artifact(string directory, string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            var own = Path.Combine(given, directory, name);
            return File.Exists(own) ? own : throw new FileNotFoundException($"{own} is missing ({Variable} names its directory). {Remedy}");
        }

        for (var parent = new DirectoryInfo(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
        {
            var path = Path.Combine(parent.FullName, "artifacts", directory, name);
            if (File.Exists(path))
                return path;
        }

        throw new FileNotFoundException($"artifacts/{directory}/{name} is missing above {AppContext.BaseDirectory}. {Remedy}");
    }
}
