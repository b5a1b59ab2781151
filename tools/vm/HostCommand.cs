// SPDX-License-Identifier: GPL-2.0-only
using System.ComponentModel;
using System.Diagnostics;

namespace Wd40.Vm;

/// <summary>Runs a program on the host and reads its output.</summary>
internal static class HostCommand
{
    /// <summary>Runs to the end; a program that is missing or fails throws with its error output.</summary>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null, Stream? input = null)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
            WorkingDirectory = directory ?? "",
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process process = Start(start);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            if (input is not null)
            {
                await input.CopyToAsync(process.StandardInput.BaseStream, cancellation).ConfigureAwait(false);
                process.StandardInput.Close();
            }

            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        string text = await output.ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            string said = (await errors.ConfigureAwait(false)).Trim();
            throw new VmException($"'{program} {string.Join(' ', start.ArgumentList)}' failed with status {process.ExitCode}: {(said.Length > 0 ? said : text.Trim())}");
        }

        return text;
    }

    /// <summary>Starts a process; a missing program is named with the way to get it.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new VmException($"{start.FileName}: could not be started.");
        }
        catch (Win32Exception e)
        {
            throw new VmException($"{start.FileName}: {e.Message}. It is installed by tools/setup/install.sh, which run.sh and test.sh call.", e);
        }
    }
}
