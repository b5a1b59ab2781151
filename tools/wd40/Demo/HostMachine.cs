// SPDX-License-Identifier: GPL-2.0-only
using System.Diagnostics;
using System.Text;

namespace Wd40.Tool.Demo;

/// <summary>This machine, which has sched_ext itself.</summary>
internal sealed class HostMachine(string files) : IDemoMachine
{
    private const string StateFile = "/sys/kernel/sched_ext/state";

    public string Name => $"this machine, Linux {Environment.OSVersion.Version}";

    public string Files => files;

    /// <summary>Why the demonstration cannot run here, or null.</summary>
    public static string? Unfit() => File.Exists(StateFile)
        ? null
        : $"this kernel has no sched_ext ({StateFile} is missing): run without --host, which boots a kernel that has it in a virtual machine";

    public async Task<DemoResult> RunAsync(string command, CancellationToken cancellation)
    {
        using var job = new Job(command, null);
        return await job.WaitAsync(cancellation);
    }

    public Task<IDemoJob> StartAsync(string command, Action<string> line, CancellationToken cancellation) =>
        Task.FromResult<IDemoJob>(new Job(command, line));

    /// <summary>The host's log is not ours to judge.</summary>
    public Task<IReadOnlyList<string>> KernelTroubleAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Job : IDemoJob, IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _output = new(), _error = new();

        public Job(string command, Action<string>? line)
        {
            // exec: signals reach the command itself and not a shell around it.
            _process = new Process
            {
                StartInfo = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true },
            };
            _process.OutputDataReceived += (_, e) => Append(_output, e.Data, line);
            _process.ErrorDataReceived += (_, e) => Append(_error, e.Data, null);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public bool HasEnded => _process.HasExited;

        public async Task TerminateAsync(CancellationToken cancellation)
        {
            using var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(cancellation);
        }

        public async Task<DemoResult> WaitAsync(CancellationToken cancellation)
        {
            await _process.WaitForExitAsync(cancellation);
            lock (_output)
                lock (_error)
                    return new DemoResult(_process.ExitCode, _output.ToString(), _error.ToString());
        }

        public void Dispose() => _process.Dispose();

        private static void Append(StringBuilder to, string? text, Action<string>? line)
        {
            if (text is null)
                return;
            lock (to)
                to.AppendLine(text);
            line?.Invoke(text);
        }
    }
}
