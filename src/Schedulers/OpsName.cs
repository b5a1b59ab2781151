// SPDX-License-Identifier: GPL-2.0-only
using System.Reflection;

namespace Wd40.Schedulers;

/// <summary>The name under which the kernel knows a scheduler: <c>wd40_0.1.0_x86_64_unknown_linux_gnu</c>.</summary>
public static class OpsName
{
    private const string Target = "x86_64_unknown_linux_gnu";

    /// <summary>Version of this program, without the source revision.</summary>
    public static string Version { get; } =
        typeof(OpsName).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The name for a scheduler. The kernel takes letters, digits, underscores and full stops only.</summary>
    public static string Of(string scheduler)
    {
        var name = $"{scheduler}_{Version}_{Target}";
        return string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' ? character : '_'));
    }
}
