// SPDX-License-Identifier: GPL-2.0-only
using System.ComponentModel;
using System.Diagnostics;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.LayoutGen;

/// <summary>Writes the layout hashes of an object into the object itself, so that they can be compared before anything is linked.</summary>
public static class Stamp
{
    /// <summary>Adds or replaces section .wd40.layout.</summary>
    /// <param name="path">The object; changed in place.</param>
    /// <param name="objcopy">The llvm-objcopy to use.</param>
    /// <exception cref="SchedulerException">The object has no type information, or objcopy failed.</exception>
    public static void Apply(string path, string objcopy)
    {
        using var btf = Btf.FromFile(path);
        var text = Path.GetTempFileName();
        try
        {
            File.WriteAllText(text, ModuleManifest.FormatLayouts(new LayoutReader(btf).ReadHashes()));
            Run(objcopy, "--remove-section", ModuleManifest.LayoutSection, "--add-section", $"{ModuleManifest.LayoutSection}={text}", path);
        }
        finally
        {
            File.Delete(text);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new SchedulerException(ExitCode.Failure, $"{program} failed with {process.ExitCode}: {error.Trim()}", "Check the object and the LLVM installation (tools/setup/install.sh).");
        }
        catch (Win32Exception e)
        {
            throw new SchedulerException(ExitCode.Failure, $"{program} cannot be run: {e.Message}", "Install LLVM with tools/setup/install.sh.", e);
        }
    }
}
