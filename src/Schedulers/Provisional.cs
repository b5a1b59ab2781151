// SPDX-License-Identifier: GPL-2.0-only
#pragma warning disable
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers;

public sealed class KernelInterface(string prefix)
{
    private string Read(string name) { try { return File.ReadAllText(prefix + "/sys/kernel/sched_ext/" + name).Trim(); } catch (IOException) { return ""; } }
    public string State => Read("state");
    public string OpsName => Read("root/ops");
    public ulong HotplugSequence => ulong.Parse(Read("hotplug_seq"));
}

public static class Doctor
{
    public static void RequireFit(KernelInterface k)
    {
        if (k.State == "enabled")
            throw new SchedulerException(ExitCode.UnfitMachine, $"the scheduler {k.OpsName} is running already", "Stop it first.");
    }
}

public sealed record ExitInfo(int Kind, long KernelExitCode, string Reason, string Message, string Dump)
{
    public bool IsRestart => Kind is 65 or 66 && (KernelExitCode & (1L << 48)) != 0;
    public ExitCode ExitCode => Kind <= 66 ? ExitCode.Clean : Kind == 1026 ? ExitCode.EjectedByWatchdog : ExitCode.EjectedByError;
    public static ExitInfo Read(ref WdExitRecord r)
    {
        static string Text(ReadOnlySpan<byte> b) { var n = b.IndexOf((byte)0); return Encoding.UTF8.GetString(n < 0 ? b : b[..n]); }
        return new ExitInfo(r.Kind, r.ExitCode, Text(r.Reason), Text(r.Msg), Text(r.Dump));
    }
}

public static class ProvisionalDomains
{
    public static DomainTable FromMachine(Wd40Options o)
    {
        var online = new List<int>();
        foreach (var part in File.ReadAllText("/sys/devices/system/cpu/online").Trim().Split(','))
        {
            var ends = part.Split('-').Select(int.Parse).ToArray();
            for (var c = ends[0]; c <= ends[^1]; c++) online.Add(c);
        }
        var ids = online.Select(c => { try { return File.ReadAllText($"/sys/devices/system/cpu/cpu{c}/cache/index3/shared_cpu_list"); } catch (IOException) { return ""; } }).ToList();
        var distinct = ids.Distinct().ToList();
        var t = new DomainTable((uint)online.Max() + 1, (uint)distinct.Count, 1);
        for (var i = 0; i < online.Count; i++) t.Add(online[i], distinct.IndexOf(ids[i]));
        return t;
    }
}
