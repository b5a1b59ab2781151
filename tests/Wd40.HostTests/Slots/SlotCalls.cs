// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;

namespace Wd40.HostTests.Slots;

/// <summary>The slot functions of a composition, called through the program in arena-bpf/tests/calls.bpf.c.</summary>
internal sealed class SlotCalls : IDisposable
{
    private SlotCalls(HostObject host) => Host = host;

    /// <summary>The loaded object.</summary>
    public HostObject Host { get; }

    /// <summary>Links core, library and <paramref name="modules"/> and loads them.</summary>
    public static SlotCalls Load(IEnumerable<string> modules, uint maxTasks = 16, Action<OpenObject>? configure = null) =>
        new(HostObject.Load(maxTasks, [.. Shipped.Scheduler(modules), Shipped.Object("tests/calls")], configure));

    /// <summary>Calls one function on the record of a slot.</summary>
    public ulong Call(CallsFunction function, int slot = 1, ulong a = 0, ulong b = 0, ulong c = 0)
    {
        Set(0, function, slot, a, b, c);
        Run(1);
        return Host.Column("calls_result")[0];
    }

    /// <summary>Describes the call of a row.</summary>
    public void Set(int row, CallsFunction function, int slot, ulong a = 0, ulong b = 0, ulong c = 0)
    {
        Host.Column("calls_function")[row] = (ulong)function;
        Host.Column("calls_slot")[row] = (ulong)slot;
        Host.Column("calls_a")[row] = a;
        Host.Column("calls_b")[row] = b;
        Host.Column("calls_c")[row] = c;
    }

    /// <summary>Runs the first rows.</summary>
    public void Run(int rows) => Host.Run("calls_rows", new TestArgs((ulong)rows));

    /// <inheritdoc/>
    public void Dispose() => Host.Dispose();
}
