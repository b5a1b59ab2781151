// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Policies;
using Wd40.Samples.Watched;
using Wd40.Schedulers;

// sudo dotnet watch --no-hot-reload --project samples/Watched
try
{
    var policies = new PolicyRegistry();
    policies.Add(KnownPolicy.Of<EditMePolicy, NoState>("edit-me", "The policy that is being edited.", [], _ => default));
    var scheduler = SchedulerBuilder.Named("watched").Core("user-space").PoliciesFrom(policies).Policy("edit-me").Build();
    // While this program is ended, built and started, the kernel half goes on by itself; while it does not build, for a minute.
    var options = new Wd40Options { AdoptableSeconds = 60, Replace = true };
    using var stop = new StopRequest();
    var report = new SchedulerHost(scheduler, options, new SchedulerLog(Console.Error, scheduler.Name, options.Verbosity)).Run(stop);
    report.Print(Console.Error);
    return report.ExitCode;
}
catch (SchedulerException refused)
{
    Console.Error.WriteLine($"watched: {refused.Message}. {refused.Remedy}");
    return (int)refused.ExitCode;
}
