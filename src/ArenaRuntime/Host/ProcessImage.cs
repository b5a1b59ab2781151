// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using System.Text;

namespace Wd40.ArenaRuntime;

/// <summary>The program that this process runs. What a runtime reads before any managed code runs can only be changed by starting it anew.</summary>
public static class ProcessImage
{
    /// <summary>
    /// Runs the same program from its beginning in this process: the same number, name, arguments and open files that are inherited; whatever else the
    /// process was doing ends. Does not return when it succeeds.
    /// </summary>
    /// <param name="variables">Environment variables on top of those that the process was started with; one that it had already keeps its value.</param>
    /// <returns>Why the program could not be started anew; the process goes on as it is.</returns>
    public static unsafe string TryRestart(IReadOnlyCollection<KeyValuePair<string, string>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        byte[] arguments, environment;
        try
        {
            arguments = File.ReadAllBytes("/proc/self/cmdline");
            environment = Extend(File.ReadAllBytes("/proc/self/environ"), variables);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
        // The path it was started by, not the one that links lead to: the kernel names the process after it.
        var path = (byte*)Interop.Libc.AuxiliaryValue(Interop.Libc.StartedPath);
        if (path is null)
            return "the kernel does not say what was started";
        fixed (byte* words = arguments, values = environment)
        {
            // SAFETY: path is a string of the kernel's on this stack; both lists are ends of strings within the two pinned arrays, closed by a null.
            fixed (nint* argumentList = Pointers((nint)words, arguments), valueList = Pointers((nint)values, environment))
                _ = Interop.Libc.Execve(path, argumentList, valueList);
        }
        return $"execve: {Errno.Explain(Marshal.GetLastPInvokeError())}";
    }

    /// <summary>An environment as /proc shows it, NAME=VALUE ended by a zero each, with further variables where they are not set.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="variables">The further variables.</param>
    internal static byte[] Extend(ReadOnlySpan<byte> environment, IEnumerable<KeyValuePair<string, string>> variables)
    {
        var extended = new List<byte>(environment.ToArray());
        foreach (var (name, value) in variables)
        {
            if (!Has(environment, Encoding.UTF8.GetBytes(name + "=")))
                extended.AddRange(Encoding.UTF8.GetBytes($"{name}={value}\0"));
        }
        return [.. extended];
    }

    /// <summary>Where each string begins in memory, and a null.</summary>
    /// <param name="address">Of the first.</param>
    /// <param name="strings">Strings ended by a zero each; they may be empty.</param>
    internal static nint[] Pointers(nint address, ReadOnlySpan<byte> strings)
    {
        var pointers = new List<nint>();
        for (var at = 0; at < strings.Length; at += Length(strings[at..]) + 1)
            pointers.Add(address + at);
        return [.. pointers, 0];
    }

    private static bool Has(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> start)
    {
        for (var at = 0; at < environment.Length; at += Length(environment[at..]) + 1)
        {
            if (environment[at..].StartsWith(start))
                return true;
        }
        return false;
    }

    private static int Length(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is var end && end < 0 ? text.Length : end;
}
