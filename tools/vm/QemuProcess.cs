// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Globalization;

namespace Wd40.Vm;

/// <summary>One QEMU process with its directory and its guest slot; disposing ends the first and gives back the others.</summary>
internal sealed class QemuProcess : IAsyncDisposable
{
    private readonly FileStream _slot;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wd40-vm-");
    private Process? _process;
    private Task<string>? _errors;
    private string _note = "";
    private bool _disposed;

    public QemuProcess(FileStream slot) => _slot = slot;

    /// <summary>Directory of this run.</summary>
    public string RunDirectory => _directory.FullName;

    /// <summary>Receives the serial console.</summary>
    public string ConsoleFile => Path.Combine(RunDirectory, "console.log");

    /// <summary>True when the process has ended or was never started.</summary>
    public bool HasExited => _process?.HasExited ?? true;

    /// <summary>Ends when the process ends.</summary>
    public Task Exited { get; private set; } = Task.CompletedTask;

    /// <summary>Status and error output of QEMU, and what was noted.</summary>
    public string HowItEnded
    {
        get
        {
            string state = _process is { HasExited: true } ? $"QEMU ended with status {_process.ExitCode}" : "QEMU still runs";
            string said = _errors is { IsCompletedSuccessfully: true } ? _errors.Result.Trim() : "";
            return string.Join("; ", new[] { state, said, _note }.Where(part => part.Length > 0));
        }
    }

    /// <summary>Starts QEMU under timeout(1), so that it ends even when this process is killed.</summary>
    public void Start(QemuCommandLine line, TimeSpan lifeLimit)
    {
        ProcessStartInfo start = new("timeout") { RedirectStandardError = true, RedirectStandardInput = line.ConsoleFile is not null };
        string seconds = Math.Ceiling(lifeLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        foreach (string argument in (string[])["--foreground", "-k", "5", seconds, QemuCommandLine.Program, .. line.Arguments()])
        {
            start.ArgumentList.Add(argument);
        }

        _process = HostCommand.Start(start);
        if (line.ConsoleFile is not null)
        {
            _process.StandardInput.Close();
        }

        _errors = _process.StandardError.ReadToEndAsync();
        Exited = _process.WaitForExitAsync();
    }

    /// <summary>Adds to <see cref="HowItEnded"/>.</summary>
    public void Note(string text) => _note = text;

    /// <summary>Waits for the end.</summary>
    /// <exception cref="TimeoutException">The limit passed.</exception>
    public Task WaitForExitAsync(TimeSpan limit) => Exited.WaitAsync(limit);

    /// <summary>Ends the process if it still runs.</summary>
    public async Task EndAsync()
    {
        if (_process is null)
        {
            return;
        }

        try
        {
            // A guest that panicked takes a moment to make QEMU end by itself; its status is worth that moment.
            await Exited.WaitAsync(TimeSpan.FromMilliseconds(500)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited.ConfigureAwait(false);
        }
    }

    /// <summary>The last lines of the serial console.</summary>
    public IReadOnlyList<string> ConsoleTail(int lines)
    {
        if (!File.Exists(ConsoleFile))
        {
            return [];
        }

        using FileStream file = new(ConsoleFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        return [.. reader.ReadToEnd().Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).TakeLast(lines)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await EndAsync().ConfigureAwait(false);
        _process?.Dispose();
        _directory.Delete(recursive: true);
        await _slot.DisposeAsync().ConfigureAwait(false);
    }
}
