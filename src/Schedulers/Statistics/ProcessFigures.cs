// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Text;

namespace Wd40.Schedulers.Statistics;

/// <summary>Page faults of this process, read from /proc/self/stat without allocating.</summary>
internal sealed class ProcessFigures : IDisposable
{
    // Fields after the command in parentheses: state is 0.
    private const int MinorFaultsField = 7, MajorFaultsField = 9;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file = File.OpenHandle("/proc/self/stat");
    private readonly byte[] _text = new byte[1024];

    /// <summary>Reads the faults since the process started.</summary>
    internal (ulong Minor, ulong Major) PageFaults()
    {
        var length = RandomAccess.Read(_file, _text, 0);
        var text = _text.AsSpan(0, length);
        // The command may hold spaces and parentheses: its end is the last parenthesis.
        text = text[(text.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        ulong minor = 0;
        for (var field = 0; ; field++)
        {
            if (field is MinorFaultsField or MajorFaultsField && Utf8Parser.TryParse(text, out ulong value, out _))
            {
                if (field == MajorFaultsField)
                    return (minor, value);
                minor = value;
            }
            var space = text.IndexOf((byte)' ');
            if (space < 0)
                return (minor, 0);
            text = text[(space + 1)..];
        }
    }

    public void Dispose() => _file.Dispose();
}
