// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;

namespace Wd40.HostTests;

/// <summary>Programs that tests run to their end.</summary>
internal static class Programs
{
    /// <summary>Runs one; a status other than 0 fails the test with all that it wrote.</summary>
    /// <returns>Its standard output.</returns>
    public static string Run(string program, params string[] arguments) => RunTo(0, program, arguments).Output;

    /// <summary>Runs one that must end with a status; another one fails the test with all that it wrote.</summary>
    public static (string Output, string Error) RunTo(int status, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The test host's own settings of MSBuild are not for the builds that tests start.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(status), $"{program} {string.Join(' ', arguments)}: {output}{errors.Result}");
        return (output, errors.Result);
    }
}
