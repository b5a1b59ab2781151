// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wd40.ArenaRuntime;

internal static partial class Interop
{
    internal static partial class Libbpf
    {
        /// <summary>The program types this assembly treats specially (enum bpf_prog_type).</summary>
        internal enum ProgramType
        {
            StructOps = 27,
            Syscall = 31,
        }

        /// <summary>struct bpf_test_run_opts as of libbpf 1.4 (80 bytes).</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal unsafe struct TestRunOpts
        {
            internal nuint Size;
            internal void* DataIn;
            internal void* DataOut;
            internal uint DataSizeIn;
            internal uint DataSizeOut;
            internal void* CtxIn;
            internal void* CtxOut;
            internal uint CtxSizeIn;
            internal uint CtxSizeOut;
            internal uint Retval;
            internal int Repeat;
            internal uint Duration;
            internal uint Flags;
            internal uint Cpu;
            internal uint BatchSize;
        }

        [InlineArray(16)]
        internal struct Bytes16
        {
            private byte _first;
        }

        /// <summary>struct bpf_prog_info; only <see cref="VerifiedInsns"/> is read.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct ProgInfo
        {
            internal uint Type;
            internal uint Id;
            internal ulong Tag;
            internal uint JitedProgLen;
            internal uint XlatedProgLen;
            internal ulong JitedProgInsns;
            internal ulong XlatedProgInsns;
            internal ulong LoadTime;
            internal uint CreatedByUid;
            internal uint NrMapIds;
            internal ulong MapIds;
            internal Bytes16 Name;
            internal uint IfIndex;
            internal uint GplCompatible;
            internal ulong NetnsDev;
            internal ulong NetnsIno;
            internal uint NrJitedKsyms;
            internal uint NrJitedFuncLens;
            internal ulong JitedKsyms;
            internal ulong JitedFuncLens;
            internal uint BtfId;
            internal uint FuncInfoRecSize;
            internal ulong FuncInfo;
            internal uint NrFuncInfo;
            internal uint NrLineInfo;
            internal ulong LineInfo;
            internal ulong JitedLineInfo;
            internal uint NrJitedLineInfo;
            internal uint LineInfoRecSize;
            internal uint JitedLineInfoRecSize;
            internal uint NrProgTags;
            internal ulong ProgTags;
            internal ulong RunTimeNs;
            internal ulong RunCnt;
            internal ulong RecursionMisses;
            internal uint VerifiedInsns;
            internal uint AttachBtfObjId;
            internal uint AttachBtfId;
        }

        [LibraryImport(Name, EntryPoint = "bpf_program__fd")]
        internal static partial int ProgramFd(nint program);

        [LibraryImport(Name, EntryPoint = "bpf_program__name")]
        internal static unsafe partial byte* ProgramName(nint program);

        [LibraryImport(Name, EntryPoint = "bpf_program__type")]
        internal static partial ProgramType GetProgramType(nint program);

        [LibraryImport(Name, EntryPoint = "bpf_program__autoload")]
        internal static partial byte ProgramAutoload(nint program);

        [LibraryImport(Name, EntryPoint = "bpf_program__set_autoload")]
        internal static partial int ProgramSetAutoload(nint program, byte autoload);

        [LibraryImport(Name, EntryPoint = "bpf_prog_test_run_opts")]
        internal static unsafe partial int ProgTestRunOpts(int fd, TestRunOpts* opts);

        [LibraryImport(Name, EntryPoint = "bpf_prog_get_info_by_fd")]
        internal static unsafe partial int ProgGetInfoByFd(int fd, ProgInfo* info, uint* length);
    }
}
