// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>Files that are part of this assembly.</summary>
internal static class EmbeddedFile
{
    /// <summary>The text of one of them.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks the file '{name}'");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
