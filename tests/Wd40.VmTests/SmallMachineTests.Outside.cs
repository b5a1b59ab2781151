// SPDX-License-Identifier: GPL-2.0-only
using Wd40.VmTests.Harness;
using Wd40.VmTests.Reports;

namespace Wd40.VmTests;

/// <summary>A module that was built outside the solution, taken from a directory by name.</summary>
internal sealed partial class SmallMachineTests
{
    /// <summary>Weight that the module is told to count lighter ones as: 100 for nice 0 over this is the ratio due.</summary>
    private const double FloorWeight = 50;

    private const string Modules = "/usr/lib/wd40-modules";

    /// <summary>
    /// samples/MyModule schedules, and its C# half has told its BPF half the floor: nice 0 has twice the CPU time of nice 10, not nine times as with
    /// what ships (see the tests of compositions). In a directory that a group may write to it is refused, and nothing is loaded.
    /// </summary>
    [Test, Property("Check", "outside-module"), Category(RunLength.FullOnly)]
    public async Task A_module_built_outside_schedules_by_its_own_rule()
    {
        await Guest.CallAsync($"mkdir -p {Modules}");
        foreach (var file in new[] { "mymodule.bpf.o", "mymodule.dll" })
            await Guest.WriteFileAsync($"{Modules}/{file}", await File.ReadAllBytesAsync(GuestPrograms.Sample(file)));
        var options = $"--module-dir {Modules} --placement flat --deadline mymodule --balance none --set mymodule.floor-weight={FloorWeight}";

        await Guest.CallAsync($"chmod g+w {Modules}");
        var refused = await Guest.CallAsync($"{GuestPrograms.Wd40} run compose {options}");
        await Guest.CallAsync($"chmod g-w {Modules}");

        await using var scheduler = await RunningScheduler.StartAsync(Guest, options, name: "compose");
        var ops = await ReadWordAsync("/sys/kernel/sched_ext/root/ops");
        var pair = await LoadAsync<HogsReport>(FormattableString.Invariant($"{Pair} --seconds {RunLength.Of(4, 20)}"));
        var state = await StateAsync();
        var ended = await scheduler.StopAsync();
        await TestContext.Out.WriteLineAsync(FormattableString.Invariant($"{ops}: nice 0 : nice 10 on one CPU = {pair.Ratio:F2}; refused: {refused.Error.Trim()}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
            Assert.That(refused.Error, Does.Contain($"{Modules} (mode 0775) can be changed by its group").And.Contain($"chmod go-w {Modules}"));
            Assert.That(ops, Does.StartWith("hybrid_flat_mymodule_none"));
            Assert.That(pair.Ratio, Is.EqualTo(WeightOfNice0 / FloorWeight).Within(5).Percent, "CPU time of nice 0 over that of nice 10 on one CPU");
            Assert.That(state, Is.EqualTo("enabled"), "after the load");
            Assert.That(ended.ExitCode, Is.Zero, ended.Error);
        }
    }
}
