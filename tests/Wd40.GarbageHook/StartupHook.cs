// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;
using System.Text;

/// <summary>
/// Makes a .NET process collect garbage on demand: DOTNET_STARTUP_HOOKS names this assembly, and the runtime calls it before the program's own code. A
/// thread of its own reads orders from the FIFO that WD40_GARBAGE names: a number makes that many MiB of small objects, "collect" collects once while they are
/// in use and once when they are garbage. The answers, one JSON object each, are appended to the file of the FIFO's name with .answer behind it.
/// The type has the name that the runtime asks for, and so no namespace.
/// </summary>
#pragma warning disable CA1050
internal static class StartupHook
#pragma warning restore CA1050
{
    private const string Variable = "WD40_GARBAGE";
    private const int ObjectsPerBlock = 1024, BytesPerObject = 64;

    /// <summary>What an array of bytes takes besides its bytes.</summary>
    private const int Header = 24;

    private static byte[][][]? _objects;

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
            while (reader.ReadLine() is { } order)
                File.AppendAllText(fifo + ".answer", order == "collect" ? Collect() : Make(int.Parse(order, CultureInfo.InvariantCulture)));
        }
    }

    private static string Make(int mebibytes)
    {
        _objects = new byte[mebibytes * ((1 << 20) / (ObjectsPerBlock * BytesPerObject))][][];
        for (var block = 0; block < _objects.Length; block++)
        {
            _objects[block] = new byte[ObjectsPerBlock][];
            for (var i = 0; i < ObjectsPerBlock; i++)
                _objects[block][i] = new byte[BytesPerObject - Header];
        }
        return $$"""{"made_mebibytes":{{mebibytes}}}""" + "\n";
    }

    private static string Collect()
    {
        var inUse = TimeOfCollection();
        _objects = null;
        var garbage = TimeOfCollection();
        return string.Create(CultureInfo.InvariantCulture, $$"""{"in_use_ms":{{inUse:F1}},"garbage_ms":{{garbage:F1}}}""") + "\n";
    }

    private static double TimeOfCollection()
    {
        var begin = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
