// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Vm;

/// <summary>Something outside the guest failed: a package, a tool, the image. The message says what to do next.</summary>
public class VmException : Exception
{
    public VmException()
    {
    }

    public VmException(string message)
        : base(message)
    {
    }

    public VmException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
