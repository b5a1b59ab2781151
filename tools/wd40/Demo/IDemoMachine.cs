// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Tool.Demo;

/// <summary>Where the demonstration runs: a guest or this machine. Commands are shell lines.</summary>
internal interface IDemoMachine : IAsyncDisposable
{
    /// <summary>What it is, for the report.</summary>
    string Name { get; }

    /// <summary>Path prefix of wd40 and wd40-load there.</summary>
    string Files { get; }

    /// <summary>Runs a command to its end.</summary>
    Task<DemoResult> RunAsync(string command, CancellationToken cancellation);

    /// <summary>Runs a command that must succeed.</summary>
    /// <exception cref="InvalidOperationException">It did not; with what it printed.</exception>
    async Task<DemoResult> SucceedAsync(string command, CancellationToken cancellation)
    {
        var result = await RunAsync(command, cancellation);
        return result.ExitCode == 0
            ? result
            : throw new InvalidOperationException($"'{command.Split('\n')[0]}...' failed with {result.ExitCode}: {result.Error}{result.Output}");
    }

    /// <summary>Starts a command; each line of its standard output goes to <paramref name="line"/>.</summary>
    Task<IDemoJob> StartAsync(string command, Action<string> line, CancellationToken cancellation);

    /// <summary>Lines of the kernel log that must not be there; empty when all is well.</summary>
    Task<IReadOnlyList<string>> KernelTroubleAsync(CancellationToken cancellation);
}
