// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>Routes what libbpf prints: to the captures open on the calling thread, and to <see cref="Sink"/>.</summary>
public static class BpfLog
{
    private const int LineSize = 4096;

    // va_list on x86-64: 24 bytes that vsnprintf consumes.
    private const int VaListSize = 24;

    [ThreadStatic]
    private static BpfLogCapture? _capture;

    private static volatile bool _installed;

    /// <summary>Receives each message, without its final newline, on the thread that called libbpf. Null discards them.</summary>
    public static Action<BpfLogLevel, string>? Sink { get; set; }

    /// <summary>Collects the messages of this thread until disposed; captures nest.</summary>
    internal static BpfLogCapture Capture()
    {
        if (!_installed)
            Install();
        return _capture = new BpfLogCapture(_capture);
    }

    internal static void Release(BpfLogCapture capture) => _capture = capture.Outer;

    private static unsafe void Install()
    {
        LibbpfVersion.Require();
        // SAFETY: Print is a static function that lives as long as the process and throws nothing into native code.
        Interop.Libbpf.SetPrint(&Print);
        _installed = true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int Print(int level, byte* format, void* arguments)
    {
        try
        {
            // SAFETY: both buffers are on this stack; the list is copied because vsnprintf consumes it and a long line needs a second pass.
            var buffer = stackalloc byte[LineSize];
            var copy = stackalloc byte[VaListSize];
            Unsafe.CopyBlockUnaligned(copy, arguments, VaListSize);
            var length = Interop.Libc.Vsnprintf(buffer, LineSize, format, arguments);
            if (length < 0)
                return 0;
            if (length < LineSize)
            {
                Deliver((BpfLogLevel)level, Encoding.UTF8.GetString(buffer, length));
                return length;
            }
            var large = new byte[length + 1];
            fixed (byte* pinned = large)
                _ = Interop.Libc.Vsnprintf(pinned, (nuint)large.Length, format, copy);
            Deliver((BpfLogLevel)level, Encoding.UTF8.GetString(large, 0, length));
            return length;
        }
#pragma warning disable CA1031 // Nothing may be thrown into native code, whatever a sink does.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }

    private static void Deliver(BpfLogLevel level, string message)
    {
        message = message.TrimEnd('\n');
        for (var capture = _capture; capture is not null; capture = capture.Outer)
            capture.Add(level, message);
        Sink?.Invoke(level, message);
    }
}
