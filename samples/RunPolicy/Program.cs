// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using Wd40.ArenaRuntime;
using Wd40.Policies;
using Wd40.Samples.Policies;
using Wd40.Schedulers;

// Runs a policy of samples/Policies by its name, and lets it be edited while the machine runs on it:
// sudo dotnet watch --no-hot-reload --project samples/RunPolicy -- fifo
// While this program is ended, built and started, the kernel half goes on by itself; while it does not build, for a minute, or the seconds given.
var seconds = 60.0;
if (args.Length > 2 || (args.Length == 2 && !(double.TryParse(args[1], CultureInfo.InvariantCulture, out seconds) && seconds is >= 1 and <= 3600)))
{
    Console.Error.WriteLine($"run-policy: '{string.Join(' ', args)}' is not understood. Give the name of a policy, or none for fifo, and after it for how many seconds (1 to 3600) "
        + "the kernel half waits for the next start, or none for 60.");
    return (int)ExitCode.Usage;
}

try
{
    var policies = new PolicyRegistry();
    SamplePolicies.AddTo(policies);
    var scheduler = SchedulerBuilder.Named("samples").Core("user-space").PoliciesFrom(policies).Policy(args is [var name, ..] ? name : "fifo").Build();
    var options = new Wd40Options { AdoptableSeconds = seconds, Replace = true };
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
