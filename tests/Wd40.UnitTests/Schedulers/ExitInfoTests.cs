// SPDX-License-Identifier: GPL-2.0-only
using System.Text;
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;

namespace Wd40.UnitTests.Schedulers;

[TestFixture]
public sealed class ExitInfoTests
{
    private const long Restart = 1L << 48, Hotplug = 1L << 32;

    [TestCase(0, ExitCode.Clean)]
    [TestCase(64, ExitCode.Clean, Description = "unregistered from user space")]
    [TestCase(65, ExitCode.Clean, Description = "unregistered by BPF")]
    [TestCase(66, ExitCode.Clean, Description = "unregistered by the kernel")]
    [TestCase(67, ExitCode.EjectedByError, Description = "sysrq")]
    [TestCase(68, ExitCode.EjectedByError, Description = "parent, 7.1")]
    [TestCase(1024, ExitCode.EjectedByError)]
    [TestCase(1025, ExitCode.EjectedByError)]
    [TestCase(1026, ExitCode.EjectedByWatchdog)]
    [TestCase(1027, ExitCode.EjectedByError, Description = "newer than this program")]
    public void Each_kind_has_its_exit_code(int kind, ExitCode expected) =>
        Assert.That(new ExitInfo(kind, 0, "", "", "").ExitCode, Is.EqualTo(expected));

    [TestCase(66, Restart | Hotplug, true)]
    [TestCase(65, Restart, true)]
    [TestCase(66, Hotplug, false)]
    [TestCase(64, Restart, false)]
    [TestCase(1024, Restart, false)]
    public void A_restart_needs_the_kind_and_the_bit(int kind, long code, bool expected) =>
        Assert.That(new ExitInfo(kind, code, "", "", "").IsRestart, Is.EqualTo(expected));

    [Test]
    public void The_record_is_read_up_to_the_first_zero_byte()
    {
        var record = new WdExitRecord { Kind = 1026, ExitCode = -5 };
        Encoding.UTF8.GetBytes("runnable task stall\0rest", record.Reason);
        Encoding.UTF8.GetBytes("äöü", record.Msg);
        var info = ExitInfo.Read(ref record);
        Assert.That(info, Is.EqualTo(new ExitInfo(1026, -5, "runnable task stall", "äöü", "")));
    }

    [Test]
    public void A_message_that_is_no_text_does_no_harm()
    {
        var record = new WdExitRecord { Kind = 1025 };
        Span<byte> message = record.Msg;
        message.Fill(0xff);
        Assert.That(ExitInfo.Read(ref record).Message, Has.Length.EqualTo(WdConstants.ExitMsgLen));
    }
}
