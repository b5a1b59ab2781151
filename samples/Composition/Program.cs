// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

try
{
    var builder = SchedulerBuilder.Named("composition").Core("hybrid").Placement("numa").LoadBalance("rusty");
    // With a directory as argument the order is that of mymodule in it.
    var scheduler = args is [var directory]
        ? builder.ModulesFrom(ModuleDirectory.Read(directory)).Deadline("mymodule").Build()
        : builder.Deadline("vtime").Build();
    var options = new Wd40Options { IntervalSeconds = 1, LoadHalfLifeSeconds = 0.5 };
    using var stop = new StopRequest();
    var report = new SchedulerHost(scheduler, options, new SchedulerLog(Console.Error, scheduler.Name, options.Verbosity)).Run(stop);
    report.Print(Console.Error);
    return report.ExitCode;
}
catch (SchedulerException refused)
{
    Console.Error.WriteLine($"composition: {refused.Message}. {refused.Remedy}");
    return (int)refused.ExitCode;
}
