// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.Schedulers;
using Wd40.Tool.CommandLine;

namespace Wd40.UnitTests.Tool;

/// <summary>Runs command lines against a scheduler that only remembers what it was given.</summary>
internal sealed class CommandLineFixture : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    internal Wd40Options? Given { get; private set; }

    internal SchedulerDefinition? GivenScheduler { get; private set; }

    internal string Output => _output.ToString();

    internal string Error => _error.ToString();

    internal int Run(params string[] arguments)
    {
        var tree = new CommandTree((scheduler, options, _) =>
        {
            GivenScheduler = scheduler;
            Given = options;
            return 0;
        });
        return tree.Run(arguments, new InvocationConfiguration { Output = _output, Error = _error });
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    internal static Wd40Options Parse(params string[] options) => ParseFor(Wd40Scheduler.Name, options);

    internal static Wd40Options ParseFor(string scheduler, params string[] options)
    {
        using var fixture = new CommandLineFixture();
        var code = fixture.Run(["run", scheduler, .. options]);
        Assert.That(code, Is.Zero, fixture.Error);
        return fixture.Given!;
    }
}
