// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wd40.Vm.Commands;

/// <summary>The options that describe a guest, shared by the commands that boot one.</summary>
internal sealed class MachineOptions
{
    private readonly Option<string> _kernel = new("--kernel")
    {
        Description = "A kernel series (6.18), 'newest', or the path of a bzImage.",
        HelpName = "SERIES|PATH",
        DefaultValueFactory = _ => KernelCatalog.Newest,
    };

    private readonly Option<string> _append = new("--append") { Description = "Further kernel arguments.", HelpName = "ARGS", DefaultValueFactory = _ => "" };

    private readonly Option<string> _topology = new("--topology")
    {
        Description = "NUMA nodes, LLCs per node, cores per LLC, threads per core.",
        HelpName = "NODES,LLCS,CORES[,THREADS]",
        DefaultValueFactory = _ => "1,2,4",
    };

    private readonly Option<int> _memory = new("--memory") { Description = "Memory of the guest in MiB.", HelpName = "MIB", DefaultValueFactory = _ => 2048 };

    private readonly Option<string> _clock = new("--clock")
    {
        Description = "parallel: threads, wall time; icount: one thread, time counts instructions; kvm: hardware.",
        DefaultValueFactory = _ => "parallel",
    };

    private readonly Option<string[]> _add = new("--add")
    {
        Description = "File or directory that the guest shall have; may be repeated.",
        HelpName = "HOST:GUEST",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the options to a command.</summary>
    public MachineOptions(Command command)
    {
        _clock.AcceptOnlyFromAmong("parallel", "icount", "kvm");
        Option[] options = [_kernel, _append, _topology, _memory, _clock, _add];
        Array.ForEach(options, command.Options.Add);
        _topology.Validators.Add(result => Report(result, text => VmTopology.Parse(text)));
        _add.Validators.Add(result => Report(result, text => ParseFile(text)));
    }

    /// <summary>What was asked for.</summary>
    public GuestOptions Read(ParseResult result) =>
        new()
        {
            Kernel = result.GetValue(_kernel)!,
            Append = result.GetValue(_append)!,
            Topology = VmTopology.Parse(result.GetValue(_topology)!, result.GetValue(_memory)),
            Clock = result.GetValue(_clock) switch { "icount" => ClockMode.InstructionCount, "kvm" => ClockMode.Kvm, _ => ClockMode.Parallel },
            Files = [.. (result.GetValue(_add) ?? []).Select(ParseFile)],
        };

    private static void Report(OptionResult result, Action<string> parse)
    {
        foreach (Token token in result.Tokens)
        {
            try
            {
                parse(token.Value);
            }
            catch (FormatException e)
            {
                result.AddError(e.Message);
            }
        }
    }

    private static GuestFile ParseFile(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && text[(colon + 1)..].StartsWith('/')
            ? new GuestFile(text[..colon], text[(colon + 1)..])
            : throw new FormatException($"--add {text}: give HOST:GUEST with an absolute path of the guest.");
    }
}
