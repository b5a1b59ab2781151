// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;
using System.Text;

/// <summary>
/// Makes a .NET process collect garbage on demand: DOTNET_STARTUP_HOOKS names this assembly, the runtime calls it before the program's own code. A thread
/// of its own waits for numbers of MiB at the FIFO that WD40_GARBAGE names, makes that much, collects it, and appends to the file of that name with
/// .answer behind it how many ms each step took. The type has the name that the runtime asks for, and so no namespace.
/// </summary>
#pragma warning disable CA1050
internal static class StartupHook
#pragma warning restore CA1050
{
    private const string Variable = "WD40_GARBAGE";
    private const int ObjectsPerBlock = 1024, BytesPerObject = 64;

    /// <summary>What an array of bytes takes besides its bytes.</summary>
    private const int Header = 24;

    /// <summary>Starts the thread. Called by the runtime.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } fifo)
            new Thread(() => Serve(fifo)) { IsBackground = true, Name = "wd40-garbage" }.Start();
    }

    private static void Serve(string fifo)
    {
        while (true)
        {
            using var reader = new StreamReader(fifo, Encoding.ASCII);
            while (reader.ReadLine() is { } line)
                File.AppendAllText(fifo + ".answer", Collect(int.Parse(line, CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>One collection while all of it is in use, which looks at every object, and one when none of it is.</summary>
    private static string Collect(int mebibytes)
    {
        var begin = Stopwatch.GetTimestamp();
        var kept = Make(mebibytes);
        var made = Stopwatch.GetElapsedTime(begin);
        var inUse = Collect();
        GC.KeepAlive(kept);
        kept = null;
        var unused = Collect();
        return string.Create(CultureInfo.InvariantCulture,
            $$"""{"made_ms":{{made.TotalMilliseconds:F1}},"in_use_ms":{{inUse.TotalMilliseconds:F1}},"garbage_ms":{{unused.TotalMilliseconds:F1}}}""") + "\n";
    }

    private static TimeSpan Collect()
    {
        var begin = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return Stopwatch.GetElapsedTime(begin);
    }

    private static byte[][][] Make(int mebibytes)
    {
        var blocks = new byte[mebibytes * ((1 << 20) / (ObjectsPerBlock * BytesPerObject))][][];
        for (var block = 0; block < blocks.Length; block++)
        {
            blocks[block] = new byte[ObjectsPerBlock][];
            for (var i = 0; i < ObjectsPerBlock; i++)
                blocks[block][i] = new byte[BytesPerObject - Header];
        }
        return blocks;
    }
}
