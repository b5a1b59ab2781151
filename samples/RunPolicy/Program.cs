// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Policies;
using Wd40.Samples.Policies;
using Wd40.Schedulers;

// Runs a policy of samples/Policies by its name, and lets it be edited while the machine runs on it:
// sudo dotnet watch --no-hot-reload --project samples/RunPolicy -- fifo
if (args.Length > 1)
{
    Console.Error.WriteLine($"run-policy: '{args[1]}' is one argument too many. Give one name of a policy, or none for fifo.");
    return (int)ExitCode.Usage;
}

try
{
    var policies = new PolicyRegistry();
    SamplePolicies.AddTo(policies);
    var scheduler = SchedulerBuilder.Named("samples").Core("user-space").PoliciesFrom(policies).Policy(args is [var name] ? name : "fifo").Build();
    // While this program is ended, built and started, the kernel half goes on by itself; while it does not build, for a minute.
    var options = new Wd40Options { AdoptableSeconds = 60, Replace = true };
    using var stop = new StopRequest();
    var report = new SchedulerHost(scheduler, options, new SchedulerLog(Console.Error, scheduler.Name, options.Verbosity)).Run(stop);
    report.Print(Console.Error);
    return report.ExitCode;
}
catch (SchedulerException refused)
{
    Console.Error.WriteLine($"run-policy: {refused.Message}. {refused.Remedy}");
    return (int)refused.ExitCode;
}
