// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;
using System.Diagnostics;

namespace Wd40.Vm;

/// <summary>Cuts the BTF out of a kernel image that is not running.</summary>
internal static class KernelBtf
{
    /// <summary>What the image's BTF says about sched_ext.</summary>
    public static async Task<SchedExtSupport> ReadSupportAsync(byte[] image, string path, CancellationToken cancellation)
    {
        try
        {
            ElfFile kernel = new(await UnpackAsync(image, path, cancellation).ConfigureAwait(false));
            return ReadSupport(kernel);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new VmException($"{path}: no x86 kernel image that can be read: {e.Message}.", e);
        }
    }

    private static SchedExtSupport ReadSupport(ElfFile kernel)
    {
        ReadOnlySpan<byte> btf = kernel.Section(".BTF");
        return btf.IsEmpty ? new SchedExtSupport(false, []) : SchedExtSupport.Of(new BtfTypes(btf));
    }

    /// <summary>A bzImage holds the kernel as one compressed stream; its boot header says where.</summary>
    private static async Task<byte[]> UnpackAsync(byte[] image, string path, CancellationToken cancellation)
    {
        if (ElfFile.IsElf64(image))
        {
            return image;
        }

        if (image.Length < 0x260 || BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(0x202)) != 0x53726448)
        {
            throw new InvalidDataException("neither a bzImage nor an ELF file");
        }

        int setUpSectors = image[0x1F1] == 0 ? 4 : image[0x1F1];
        int start = ((setUpSectors + 1) * 512) + BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x248));
        int length = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x24C));
        byte[] payload = image[start..(start + length)];
        (string program, string[] arguments) = payload switch
        {
            // The last four bytes are the unpacked size, which zstd would take for another frame.
            [0x28, 0xB5, 0x2F, 0xFD, ..] => ("zstd", ["-dcq"]),
            [0x1F, 0x8B, ..] => ("gzip", ["-dcq"]),
            [0xFD, (byte)'7', (byte)'z', ..] => ("xz", ["-dcq", "--single-stream"]),
            _ => ((string, string[]))("", []),
        };
        if (program.Length == 0)
        {
            throw new InvalidDataException("its payload is compressed with neither zstd, gzip nor xz");
        }

        return await PipeAsync(program, arguments, payload[..^4], path, cancellation).ConfigureAwait(false);
    }

    private static async Task<byte[]> PipeAsync(string program, string[] arguments, byte[] input, string path, CancellationToken cancellation)
    {
        using Process process = HostCommand.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true });
        using MemoryStream output = new();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        await process.StandardInput.BaseStream.WriteAsync(input, cancellation).ConfigureAwait(false);
        process.StandardInput.Close();
        await reading.ConfigureAwait(false);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return process.ExitCode == 0 ? output.ToArray() : throw new VmException($"{path}: {program} could not unpack the kernel.");
    }
}
