// SPDX-License-Identifier: GPL-2.0-only
using System.CommandLine;
using Wd40.ArenaRuntime;
using Wd40.LayoutGen;

var objects = new Argument<string[]>("OBJECT") { Description = "BPF objects, compiled with clang -g", Arity = ArgumentArity.OneOrMore };
var directory = new Option<string>("--out") { Description = "Directory of the generated C# files", Required = true };
var objcopy = new Option<string>("--objcopy") { Description = "llvm-objcopy to use", DefaultValueFactory = _ => "llvm-objcopy" };

var generate = new Command("generate", "Write the C# side of all shared structs, enums and constants in the objects") { directory, objects };
generate.SetAction(parsed => Guard(() =>
{
    var (written, removed) = GeneratedFiles.Write(Generator.Generate(parsed.GetValue(objects)!), parsed.GetValue(directory)!);
    Console.WriteLine($"layout-gen: {written} file(s) written, {removed} removed");
    return 0;
}));

var check = new Command("check", "Compare the committed C# files with what the objects say, and fail on any difference") { directory, objects };
check.SetAction(parsed => Guard(() =>
{
    var differences = GeneratedFiles.Compare(Generator.Generate(parsed.GetValue(objects)!), parsed.GetValue(directory)!);
    foreach (var difference in differences)
        Console.Error.WriteLine($"layout-gen: {difference}");
    if (differences.Count > 0)
        Console.Error.WriteLine("layout-gen: run tools/layout-gen/regenerate.sh and commit the result");
    return differences.Count == 0 ? 0 : (int)ExitCode.LayoutMismatch;
}));

var stamp = new Command("stamp", "Put the layout hash of each shared struct into section .wd40.layout of the objects") { objcopy, objects };
stamp.SetAction(parsed => Guard(() =>
{
    foreach (var path in parsed.GetValue(objects)!)
        Stamp.Apply(path, parsed.GetValue(objcopy)!);
    return 0;
}));

return new RootCommand("Layouts that BPF and C# share: from the type information of compiled objects to C#") { generate, check, stamp }.Parse(args).Invoke();

static int Guard(Func<int> action)
{
    try
    {
        return action();
    }
    catch (SchedulerException e)
    {
        Console.Error.WriteLine($"layout-gen: error: {e.Message}. {e.Remedy}");
        return (int)e.ExitCode;
    }
}
