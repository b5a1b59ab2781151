// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;

namespace Wd40.Schedulers.Trials;

/// <summary>
/// The two ways to confirm a trial: SIGUSR1, and the word <c>keep</c> on a line of the terminal. From construction on SIGUSR1 does not
/// end the process, however often it comes.
/// </summary>
public sealed class KeepRequest : IDisposable
{
    /// <summary>What is typed.</summary>
    public const string Word = "keep";

    /// <summary>SIGUSR1 on all machines but MIPS and Alpha; the runtime takes raw numbers.</summary>
    private const PosixSignal SigUsr1 = (PosixSignal)10;

    private readonly PosixSignalRegistration _registration;
    private readonly Action _keep;

    /// <summary>Listens.</summary>
    /// <param name="keep">Called for each confirmation, on a thread of its own.</param>
    /// <param name="terminal">Lines of the terminal; null when there is none to type on.</param>
    public KeepRequest(Action keep, TextReader? terminal)
    {
        ArgumentNullException.ThrowIfNull(keep);
        _keep = keep;
        _registration = PosixSignalRegistration.Create(SigUsr1, context =>
        {
            context.Cancel = true;
            keep();
        });
        if (terminal is not null)
            new Thread(() => Listen(terminal)) { IsBackground = true, Name = "keep" }.Start();
    }

    /// <summary>
    /// Standard input, if it is a terminal and this process in its foreground: a process in the background that reads is stopped by the
    /// kernel, and a stopped one would not end its trial.
    /// </summary>
    public static TextReader? OpenTerminal()
    {
        if (Console.IsInputRedirected || !IsForeground(File.ReadAllText("/proc/self/stat")))
            return null;
        // Not Console.In, which would take over the settings of the terminal.
        return new StreamReader(Console.OpenStandardInput(), bufferSize: 128);
    }

    /// <summary>Whether a line of /proc/PID/stat is that of a process in the foreground of its terminal.</summary>
    public static bool IsForeground(string stat)
    {
        ArgumentNullException.ThrowIfNull(stat);
        // After the command in parentheses: state, parent, process group, session, terminal, foreground group of the terminal.
        var words = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 5 && words[2] == words[5];
    }

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();

    private void Listen(TextReader terminal)
    {
        try
        {
            while (terminal.ReadLine() is { } line)
            {
                if (line.Trim().Equals(Word, StringComparison.OrdinalIgnoreCase))
                    _keep();
            }
        }
        catch (IOException)
        {
            // The terminal is gone: SIGUSR1 is left.
        }
    }
}
