// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.Bench;

// Apart from the verdicts.
const int UsageError = 64;

var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
var rounds = new Option<int>("--rounds") { Description = "Rounds per figure, 7 or more.", DefaultValueFactory = _ => 9 };
rounds.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 7)
        result.AddError("--rounds: fewer than 7 rounds prove nothing");
});
var arena = new Command("arena", "Arena reads next to C and BPF map lookups (root).") { Action = Report.Action(ArenaReads.RunAll, json, rounds) };
var balance = new Command("balance", "One balance round over 64 domains next to C.") { Action = Report.Action(BalanceRounds.RunAll, json, rounds) };
var link = new Command("link", "Linking modules into one BPF object, in memory.") { Action = Report.Action(LinkTimes.RunAll, json, rounds) };
var queue = new Command("queue", "The run queue of user-space policies next to SortedSet and PriorityQueue.") { Action = Report.Action(RunQueues.RunAll, json, rounds) };
var rings = new Command("rings", "Tasks to a policy in user space and decisions back: over queue maps, ring buffers, and the arena (root).") { Action = Report.Action(RingSteps.RunAll, json, rounds) };
var root = new RootCommand("Benchmarks of Wd40, mostly against plain C. Exit status: 0 met, 1 missed, 2 inconclusive.")
{
    Action = Report.Action((report, count) =>
    {
        ArenaReads.RunAll(report, count);
        BalanceRounds.RunAll(report, count);
        LinkTimes.RunAll(report, count);
        RunQueues.RunAll(report, count);
        RingSteps.RunAll(report, count);
    }, json, rounds),
};
json.Recursive = rounds.Recursive = true;
root.Options.Add(json);
root.Options.Add(rounds);
root.Subcommands.Add(arena);
root.Subcommands.Add(balance);
root.Subcommands.Add(link);
root.Subcommands.Add(queue);
root.Subcommands.Add(rings);
var parsed = root.Parse(args);
var status = parsed.Invoke();
return parsed.Errors.Count > 0 ? UsageError : status;
