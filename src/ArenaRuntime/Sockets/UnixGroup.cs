// SPDX-License-Identifier: GPL-2.0-only
using System.Globalization;
using System.Text;
using static Wd40.ArenaRuntime.Interop;

namespace Wd40.ArenaRuntime;

/// <summary>Groups of users, as the machine's name services know them.</summary>
public static class UnixGroup
{
    /// <summary>Room for the text of one group; larger ones are asked for again with more.</summary>
    private const int FirstBufferBytes = 4096;

    private const int LargestBufferBytes = 1 << 24;

    /// <summary>The number of a group.</summary>
    /// <param name="nameOrNumber">A name, or a decimal number, which need not have a name.</param>
    /// <returns>The number; null when there is no group of that name.</returns>
    public static uint? Find(string nameOrNumber)
    {
        ArgumentNullException.ThrowIfNull(nameOrNumber);
        if (ByName(nameOrNumber) is { } found)
            return found;
        // The largest number means "leave it as it is" to the kernel.
        var isNumber = uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber && number != uint.MaxValue ? number : null;
    }

    private static unsafe uint? ByName(string name)
    {
        var text = Encoding.UTF8.GetBytes(name + '\0');
        for (var bytes = FirstBufferBytes; bytes <= LargestBufferBytes; bytes *= 4)
        {
            Libc.Group group;
            Libc.Group* result;
            var buffer = new byte[bytes];
            fixed (byte* namePointer = text, bufferPointer = buffer)
            {
                var error = Libc.GetGroupByName(namePointer, &group, bufferPointer, (nuint)bytes, &result);
                if (error != Libc.RangeError)
                    return error == 0 && result != null ? group.Id : null;
            }
        }
        return null;
    }
}
