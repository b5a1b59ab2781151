// SPDX-License-Identifier: GPL-2.0-only
#pragma warning disable
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.Schedulers;

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
