// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Bench;

internal static class RingSteps
{
    internal static void RunAll(Report report, int rounds)
    {
        using var rings = new RingObject();
        var reader = NativeRings.ReaderOpen(rings.Map("rings_buffer_up"), 88);
        RingWay[] ways =
        [
            new MessageWay<QueueSource>("queue maps", rings, 0, "rings_up_queue", new QueueSource(rings.Map("rings_queue_up"))),
            new MessageWay<BufferSource>("ring buffer up", rings, 1, "rings_up_buffer", new BufferSource(reader)),
            new ArenaWay("arena", rings, 2),
        ];
        for (var i = 0; i < 50; i++)
        {
            var first = ways[0].Run();
            foreach (var way in ways.Skip(1))
                if (way.Run() != first) throw new InvalidOperationException($"{way.Name} differs in batch {i}");
            foreach (var way in ways) way.Check();
        }
        if (Environment.GetEnvironmentVariable("WAY") is { } only)
        {
            var until = System.Diagnostics.Stopwatch.GetTimestamp() + 5 * System.Diagnostics.Stopwatch.Frequency;
            while (System.Diagnostics.Stopwatch.GetTimestamp() < until) ways[int.Parse(only)].Run();
        }
        var best = ways.Select(_ => new double[] {1e9,1e9,1e9,1e9}).ToArray();
        for (var i = 0; i < 300; i++)
            for (var w = 0; w < 3; w++)
            {
                ways[w].Run();
                var s = ways[w].Stamps;
                for (var p = 0; p < 3; p++) best[w][p] = Math.Min(best[w][p], (s[p+1]-s[p])/1000.0);
                best[w][3] = Math.Min(best[w][3], (s[3]-s[0])/1000.0);
            }
        foreach (var b in best) Console.WriteLine(string.Join(" ", b.Select(x => x.ToString("F1"))));
        NativeRings.ReaderClose(reader);
    }
}
