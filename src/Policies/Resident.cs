// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Policies;

/// <summary>
/// Arrays that are resident from the start. A new array's are not, and each one that is touched first by the thread that decides, when a task comes
/// whose slot has not been used so far, is a page fault in its turn.
/// </summary>
internal static class Resident
{
    /// <summary>Makes an array of default values.</summary>
    /// <param name="length">Elements.</param>
    internal static T[] Array<T>(int length)
    {
        var array = new T[length];
        System.Array.Clear(array);
        return array;
    }
}
