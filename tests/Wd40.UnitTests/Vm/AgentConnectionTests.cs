// SPDX-License-Identifier: GPL-2.0-only
using System.Net.Sockets;
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class AgentConnectionTests
{
    private Socket _host = null!;
    private Socket _guest = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        var directory = Directory.CreateTempSubdirectory("wd40-agent-");
        var address = new UnixDomainSocketEndPoint(Path.Combine(directory.FullName, "s"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        _guest = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await _guest.ConnectAsync(address);
        _host = await listener.AcceptAsync();
        directory.Delete(recursive: true);
    }

    [TearDown]
    public void Disconnect()
    {
        _host.Dispose();
        _guest.Dispose();
    }

    [Test]
    public async Task Frames_carry_any_bytes()
    {
        byte[] payload = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        using var host = new AgentConnection(_host);
        using var guest = new AgentConnection(_guest);
        var sending = guest.SendAsync(7, AgentFrameType.Output, payload, default);
        var frame = await host.ReceiveAsync(default);
        await sending;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((frame!.Job, frame.Type), Is.EqualTo((7u, AgentFrameType.Output)));
            Assert.That(frame.Payload, Is.EqualTo(payload));
        }
    }

    [TestCase(0, TestName = "closed between frames")]
    [TestCase(5, TestName = "closed in the header")]
    [TestCase(10, TestName = "closed in the payload")]
    public async Task A_closed_guest_is_an_end_not_a_wait(int bytes)
    {
        byte[] frame = [4, 0, 0, 0, 1, 0, 0, 0, (byte)'X', 0, 0, 0, 0];
        using var host = new AgentConnection(_host);
        await _guest.SendAsync(frame.AsMemory(0, bytes));
        _guest.Dispose();
        Assert.That(await host.ReceiveAsync(default), Is.Null);
    }

    [Test]
    public async Task What_is_no_frame_is_refused()
    {
        using var host = new AgentConnection(_host);
        await _guest.SendAsync(Enumerable.Repeat((byte)0xFF, 9).ToArray());
        Assert.That(async () => await host.ReceiveAsync(default), Throws.InstanceOf<InvalidDataException>());
    }
}
