// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.Schedulers;

namespace Wd40.HostTests.Modules;

/// <summary>What a directory of modules is refused for, each with what is wrong and what to do about it.</summary>
[TestFixture]
public sealed class ModuleDirectoryTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Test]
    public void A_right_module_is_taken_by_name_and_links()
    {
        using var folder = new ModuleFolder();
        var directory = ModuleDirectory.Read(folder.Path);
        var scheduler = SchedulerBuilder.Named("mine").ModulesFrom(directory).Core("hybrid").Deadline("other").Build();
        Assert.Multiple(() =>
        {
            Assert.That(directory.Modules.Select(module => module.ToString()), Is.EqualTo(new[] { "deadline other" }));
            Assert.That(directory.Modules[0].Origin, Is.EqualTo(folder.Object));
            Assert.That(directory.Modules[0].ContentHash(), Does.Match("^[0-9a-f]{32}$"));
        });
        using var linked = scheduler.Compose().Link();
        Combinations.Require(linked);
    }

    [Test]
    public void Another_abi_is_refused()
    {
        using var folder = new ModuleFolder();
        folder.Write(("name=vtime", "name=other"), ("abi=1", "abi=9"));
        Refused(folder, ExitCode.LayoutMismatch, "was compiled for ABI 9, this runtime has ABI 1", "headers of this version");
    }

    [Test]
    public void Another_layout_is_refused_with_struct_and_field()
    {
        using var folder = new ModuleFolder();
        File.Delete(folder.Object);
        folder.Compile("samples/MyModule/mymodule.bpf.c", "task.h",
            text => text.Replace("u64 vtime WD_WRITER", "u64 inserted WD_WRITER(\"core\");\n\tu64 vtime WD_WRITER", StringComparison.Ordinal));
        Refused(folder, ExitCode.LayoutMismatch, "struct wd_task in", "headers of this version", "field vtime moved from offset 64 to 72");
    }

    [Test]
    public void A_directory_of_another_user_is_refused()
    {
        using var folder = new ModuleFolder();
        ModuleFolder.GiveAway(folder.Path);
        Refused(folder, ExitCode.Usage, $"directory {folder.Path} belongs to user 65534", $"chown 0 {folder.Path}");
    }

    [Test]
    public void A_directory_below_one_of_another_user_is_refused()
    {
        using var folder = new ModuleFolder();
        var parent = Path.GetDirectoryName(folder.Path)!;
        ModuleFolder.GiveAway(parent);
        Refused(folder, ExitCode.Usage, $"directory {parent} belongs to user 65534", $"chown 0 {parent}");
    }

    [TestCase("other.bpf.o"), TestCase("other.dll")]
    public void A_file_of_another_user_is_refused(string name)
    {
        using var folder = new ModuleFolder();
        File.AppendAllText(folder.File(name), "");
        ModuleFolder.GiveAway(folder.File(name));
        Refused(folder, ExitCode.Usage, $"file {folder.File(name)} belongs to user 65534", "chown 0");
    }

    [TestCase(UnixFileMode.GroupWrite, "its group"), TestCase(UnixFileMode.OtherWrite, "everybody")]
    public void What_others_can_change_is_refused(UnixFileMode bit, string who)
    {
        using var folder = new ModuleFolder();
        File.WriteAllText(folder.File("other.dll"), "");
        foreach (var path in new[] { folder.Path, Path.GetDirectoryName(folder.Path)!, folder.Object, folder.File("other.dll") })
        {
            var before = File.GetUnixFileMode(path);
            File.SetUnixFileMode(path, Private | bit);
            Refused(folder, ExitCode.Usage, $"{path} (mode 07{(bit == UnixFileMode.GroupWrite ? "20" : "02")}) can be changed by {who}", $"chmod go-w {path}");
            File.SetUnixFileMode(path, before);
        }
    }

    [TestCase("other.bpf.o"), TestCase("other.dll")]
    public void A_link_out_of_the_directory_is_refused(string name)
    {
        using var folder = new ModuleFolder();
        var outside = Path.Combine(Path.GetDirectoryName(folder.Path)!, "elsewhere");
        File.Copy(folder.Object, outside);
        File.Delete(folder.File(name));
        File.CreateSymbolicLink(folder.File(name), outside);
        Refused(folder, ExitCode.Usage, $"{folder.File(name)} leads out of its directory, to {outside}", "Replace the symbolic link");
        File.Delete(outside);
        Refused(folder, ExitCode.Usage, $"cannot use {folder.File(name)}: ENOENT", "Check the path");
    }

    [Test]
    public void A_truncated_object_is_refused()
    {
        using var folder = new ModuleFolder();
        File.WriteAllBytes(folder.Object, File.ReadAllBytes(folder.Object)[..^1000]);
        Refused(folder, ExitCode.LayoutMismatch, $"cannot use {folder.Object}: the file is truncated or damaged", "Build or copy the object again");
    }

    [TestCase("/bin/sh", "it is for machine"), TestCase("/etc/passwd", "")]
    public void A_foreign_file_is_refused(string file, string why)
    {
        using var folder = new ModuleFolder();
        File.Copy(file, folder.Object, overwrite: true);
        Refused(folder, ExitCode.LayoutMismatch, $"cannot use {folder.Object}: {why}", "Name a BPF object");
    }

    [Test]
    public void A_foreign_assembly_is_refused()
    {
        using var folder = new ModuleFolder();
        File.Copy("/etc/passwd", folder.File("other.dll"));
        Refused(folder, ExitCode.LayoutMismatch, $"cannot load {folder.File("other.dll")}", "packages of this version");
        File.Copy(typeof(ModuleObject).Assembly.Location, folder.File("other.dll"), overwrite: true);
        Refused(folder, ExitCode.LayoutMismatch, $"{folder.File("other.dll")} has 0 public classes that are an IModuleComponent", "It must have one");
    }

    [Test]
    public void A_module_of_another_slot_is_refused()
    {
        using var folder = new ModuleFolder();
        var builder = SchedulerBuilder.Named("mine").ModulesFrom(ModuleDirectory.Read(folder.Path)).Core("hybrid");
        Require(() => builder.Placement("other"), ExitCode.Usage, $"module 'other' ({folder.Object}) fills the slot deadline, not placement", "Name it as deadline");
        folder.Write(("name=vtime", "name=other"), ("slot=deadline", "slot=library "));
        Refused(folder, ExitCode.LayoutMismatch, "fills the slot library, which is not open", "placement, deadline, loadbalance");
    }

    [Test]
    public void A_name_that_ships_or_is_not_that_of_the_file_is_refused()
    {
        using var folder = new ModuleFolder();
        folder.Write();
        Refused(folder, ExitCode.LayoutMismatch, "other.bpf.o says that its name is 'vtime'", "vtime.bpf.o");
        File.Move(folder.Object, folder.File("vtime.bpf.o"));
        Refused(folder, ExitCode.LayoutMismatch, "has the name of a module that ships: deadline vtime", "another name");
    }

    [Test]
    public void A_directory_without_modules_is_refused()
    {
        using var folder = new ModuleFolder();
        File.Delete(folder.Object);
        Refused(folder, ExitCode.Usage, $"{folder.Path} holds no module", "NAME.bpf.o");
        Require(() => ModuleDirectory.Read(folder.Path + "/none"), ExitCode.Usage, "ENOENT", "Check the path");
        Require(() => ModuleDirectory.Read("/etc/passwd"), ExitCode.Usage, "/etc/passwd is no directory", "Name a directory");
    }

    private static void Refused(ModuleFolder folder, ExitCode code, string message, string remedy, string more = "") =>
        Require(() => ModuleDirectory.Read(folder.Path), code, message, remedy, more);

    private static void Require(Action action, ExitCode code, string message, string remedy, string more = "")
    {
        var refused = Assert.Catch<SchedulerException>(action)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Message, Does.Contain(message).And.Contain(more));
            Assert.That(refused.Remedy, Does.Contain(remedy));
            Assert.That(refused.ExitCode, Is.EqualTo(code));
        }
    }
}
