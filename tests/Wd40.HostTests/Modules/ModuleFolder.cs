// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Text;

namespace Wd40.HostTests.Modules;

/// <summary>A directory with one right module, named other, of the slot deadline; tests spoil it. Gone when disposed.</summary>
internal sealed class ModuleFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("wd40-modules-").FullName;

    public ModuleFolder()
    {
        Directory.CreateDirectory(Path);
        Write(("name=vtime", "name=other"));
    }

    /// <summary>The directory that holds modules; its parent is a directory of this test alone.</summary>
    public string Path => System.IO.Path.Combine(_root, "modules");

    /// <summary>The right module.</summary>
    public string Object => File("other.bpf.o");

    /// <summary>Path of a file of the directory.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes the module anew, with words of its manifest replaced by others of the same length.</summary>
    public void Write(params (string From, string To)[] words)
    {
        var bytes = Shipped.Object("deadline/vtime").Bytes.ToArray();
        foreach (var (from, to) in words)
        {
            var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from));
            Assert.That((at > 0, from.Length), Is.EqualTo((true, to.Length)), $"{from} to {to}");
            Encoding.ASCII.GetBytes(to).CopyTo(bytes.AsSpan(at));
        }
        System.IO.File.WriteAllBytes(Object, bytes);
    }

    /// <summary>Makes a file or directory another user's.</summary>
    public static void GiveAway(string path)
    {
        using var chown = Process.Start("chown", ["65534", path]);
        chown.WaitForExit();
        Assert.That(chown.ExitCode, Is.Zero);
    }

    /// <summary>Compiles a source of the tree into the directory, as an outside project does, with a header changed.</summary>
    /// <param name="source">Path below the root of the tree.</param>
    /// <param name="header">Name of the header in include/wd40.</param>
    /// <param name="change">Changes its text.</param>
    public void Compile(string source, string header, Func<string, string> change)
    {
        var include = System.IO.Path.Combine(SourceTree.Root, "arena-bpf/include");
        var changed = Directory.CreateDirectory(System.IO.Path.Combine(_root, "include/wd40")).FullName;
        System.IO.File.CreateSymbolicLink(System.IO.Path.Combine(_root, "include/vmlinux.h"), System.IO.Path.Combine(include, "vmlinux.h"));
        foreach (var file in Directory.GetFiles(System.IO.Path.Combine(include, "wd40")))
            System.IO.File.Copy(file, System.IO.Path.Combine(changed, System.IO.Path.GetFileName(file)));
        var path = System.IO.Path.Combine(changed, header);
        var text = change(System.IO.File.ReadAllText(path));
        Assert.That(text, Is.Not.EqualTo(System.IO.File.ReadAllText(path)), header);
        System.IO.File.WriteAllText(path, text);
        var name = System.IO.Path.GetFileName(source).Replace(".bpf.c", "", StringComparison.Ordinal);
        Programs.Run(System.IO.Path.Combine(SourceTree.Root, "build/bpf-compile.sh"), System.IO.Path.Combine(SourceTree.Root, source), File($"{name}.bpf.o"),
            System.IO.Path.GetDirectoryName(changed)!, "true");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
