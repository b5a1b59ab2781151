// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.UnitTests.Tool;

/// <summary>Compares a text with a reviewed file; WD40_UPDATE_GOLDEN=1 writes the file anew.</summary>
internal static class GoldenFile
{
    internal static void Require(string name, string actual, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(caller)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("WD40_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.That(File.Exists(path), Is.True, $"{path} is missing; run the test with WD40_UPDATE_GOLDEN=1 and review the file");
        Assert.That(actual, Is.EqualTo(File.ReadAllText(path)), $"differs from {path}; if that is meant, run the test with WD40_UPDATE_GOLDEN=1");
    }
}
