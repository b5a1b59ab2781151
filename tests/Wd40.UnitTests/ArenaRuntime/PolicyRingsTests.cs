// SPDX-License-Identifier: GPL-2.0-only
using Wd40.ArenaRuntime;
using Wd40.ArenaRuntime.Layout;
using Wd40.Schedulers;

namespace Wd40.UnitTests.ArenaRuntime;

/// <summary>The user half of the rings, on an anonymous arena; the test is the kernel half.</summary>
internal sealed class PolicyRingsTests
{
    private const int Cpus = 70, Slots = 64;
    private readonly ArenaLayout _layout = new(Cpus, 1, 1, Slots, withRings: true);
    private Arena _arena = null!;
    private PolicyRings _rings = null!;

    [SetUp]
    public void MakeRings()
    {
        _arena = Arena.Anonymous(_layout.Size);
        _rings = new PolicyRings(_arena, _layout.Rings, Slots, Cpus);
    }

    [TearDown]
    public void Unmap() => _arena.Dispose();

    [Test]
    public void Tasks_ComeFromEveryRingThatIsMarked()
    {
        Queue(cpu: 0, slot: 3, sequence: 7);
        Queue(cpu: 69, slot: 4, sequence: 1);
        Queue(cpu: 69, slot: 5, sequence: 2);
        Assert.That(TakeAll(), Is.EqualTo(new[] { 3, 4, 5 }));
        Assert.That(Ring(69).Head, Is.EqualTo(2), "the slots are the kernel half's again");
        Assert.That(_rings.Exchange.Dirty[1], Is.Zero);
    }

    [Test]
    public void ARingThatIsNotMarked_IsNotLookedAt()
    {
        Queue(cpu: 1, slot: 3, sequence: 7);
        _rings.Exchange.Dirty[0] = 0;
        Assert.That(_rings.TryTake(out _, out _), Is.False);
    }

    /// <summary>The predecessor may have ended between the exchange of the bits and the read of the ring: what it left there is dropped.</summary>
    [Test]
    public void Inherited_AllRingsAreEmptiedAtTheFirstTakeoverThatIsSeen()
    {
        Queue(cpu: 1, slot: 3, sequence: 7);
        Queue(cpu: 69, slot: 4, sequence: 1);
        _rings.Exchange.Dirty[0] = _rings.Exchange.Dirty[1] = 0;
        _rings.Slot(3).Decision.Generation = 5;
        _rings.Slot(3).Decision.State[2] = 99;
        var successor = new PolicyRings(_arena, _layout.Rings, Slots, Cpus);
        successor.Inherit();
        _rings.Exchange.Epoch = 8;
        Assert.That(successor.BeginTurn(), Is.True);
        Assert.That(_rings.Exchange.SeenEpoch, Is.EqualTo(8));
        Assert.That((Ring(1).Head, Ring(69).Head), Is.EqualTo((1ul, 1ul)), "dropped");
        Assert.That((_rings.Slot(3).Decision.Generation, _rings.Slot(3).Decision.State[2]), Is.EqualTo((0u, 0ul)), "what another policy remembered");
        Queue(cpu: 1, slot: 5, sequence: 1);
        Assert.That(successor.TryTake(out var slot, out _), Is.True);
        Assert.That(slot, Is.EqualTo(5), "what comes later is taken");
    }

    [Test]
    public void ATokenOfAnEarlierQueueing_IsPassedOver()
    {
        Queue(cpu: 0, slot: 3, sequence: 7);
        Queue(cpu: 1, slot: 3, sequence: 8);
        Assert.That(TakeAll(), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void ARecordThatIsWrittenAnewMeanwhile_IsNotWhole()
    {
        Queue(cpu: 0, slot: 3, sequence: 7);
        Assert.That(_rings.TryTake(out var slot, out var sequence), Is.True);
        Assert.That(_rings.IsWhole(slot, sequence), Is.True);
        _rings.Slot(slot).Queued.Sequence++;
        Assert.That(_rings.IsWhole(slot, sequence), Is.False);
    }

    [Test]
    public void Garbage_IsPassedOver([Values(Slots, -1, int.MinValue)] int slot)
    {
        ref var ring = ref Ring(0);
        ring.Token[0] = (uint)slot;
        ring.Tail = 1;
        _rings.Exchange.Dirty[0] = ~0ul;
        _rings.Exchange.Dirty[1] = ~0ul;
        Assert.That(_rings.TryTake(out _, out _), Is.False);
    }

    [Test]
    public void ATailThatCannotBe_IsAnEmptyRing()
    {
        Ring(0).Tail = ulong.MaxValue / 2;
        _rings.Exchange.Dirty[0] = 1;
        Assert.That(_rings.TryTake(out _, out _), Is.False);
    }

    /// <summary>Garbage in a tail leads the reader astray; when the kernel half says its own again, they meet there and go on.</summary>
    [Test]
    public void AReaderThatWasLedAstray_MeetsTheProducerAgain()
    {
        ref var ring = ref Ring(0);
        ring.Tail = 100;
        _rings.Exchange.Dirty[0] = 1;
        TakeAll();
        ring.Tail = 3;
        _rings.Exchange.Dirty[0] = 1;
        Assert.That(_rings.TryTake(out _, out _), Is.False);
        Assert.That(ring.Head, Is.EqualTo(3), "the kernel half finds its ring empty");
        Queue(cpu: 0, slot: 4, sequence: 1);
        Assert.That(TakeAll(), Is.EqualTo(new[] { 4 }));
    }

    [Test]
    public void ADecision_IsSeenWhenTheTurnEnds()
    {
        ref var ring = ref _arena.Ref<WdDecisionRing>(_layout.Rings.DecisionRing);
        Assert.That(_rings.TryDecide(5, 9), Is.True);
        Assert.That(ring.Tail, Is.Zero);
        _rings.EndTurn(pending: 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((ring.Tail, ring.Token[0]), Is.EqualTo((1ul, (9ul << 32) | 5)));
            Assert.That((_rings.Exchange.Pending, _rings.Exchange.Beat), Is.EqualTo((2ul, 1ul)));
            Assert.That(_rings.Decided, Is.EqualTo(1));
        }
    }

    [Test]
    public void WhoThePolicyIs_IsSaidAgainAtEachTurn()
    {
        _rings.Own(thread: 8);
        _rings.Enter(WdUserState.Running);
        (_rings.Exchange.HotTid, _rings.Exchange.UserState) = (1, 99);
        _rings.EndTurn(0);
        Assert.That((_rings.Exchange.HotTid, _rings.Exchange.UserState), Is.EqualTo((8u, (uint)WdUserState.Running)));
    }

    [Test]
    public void AHeadThatCannotBe_IsMendedWhenTheRingIsLookedAt()
    {
        Queue(cpu: 0, slot: 3, sequence: 7);
        Assert.That(TakeAll(), Is.EqualTo(new[] { 3 }));
        Ring(0).Head = ulong.MaxValue / 2;
        _rings.Exchange.Dirty[0] = 1;
        Assert.That(TakeAll(), Is.Empty);
        Assert.That(Ring(0).Head, Is.EqualTo(1));
    }

    [Test]
    public void AFullDecisionRing_Refuses()
    {
        for (var i = 0; i < WdConstants.DecisionRing; i++)
            Assert.That(_rings.TryDecide(i % Slots, 0), Is.True);
        Assert.That(_rings.TryDecide(0, 0), Is.False);
        _rings.EndTurn(0);
        _arena.Ref<WdDecisionRing>(_layout.Rings.DecisionRing).Head++;
        Assert.That(_rings.TryDecide(0, 0), Is.True);
    }

    [Test]
    public void ATakeover_EmptiesTheRingsAndIsAcknowledgedOnce()
    {
        Queue(cpu: 0, slot: 3, sequence: 7);
        _rings.Exchange.Epoch = 5;
        Assert.That(_rings.BeginTurn(), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_rings.Exchange.SeenEpoch, Is.EqualTo(5));
            Assert.That(_rings.TryTake(out _, out _), Is.False);
            Assert.That(_rings.BeginTurn(), Is.False);
            Assert.That(_rings.Takeovers, Is.EqualTo(1));
        }
    }

    [Test]
    public void AnySlotNumber_StaysInsideTheTable([Values(-1, int.MaxValue, Slots)] int slot) =>
        Assert.That(_arena.OffsetOf(ref _rings.Slot(slot)), Is.InRange(_layout.Rings.Handovers, _layout.Rings.Handovers + ((Slots - 1) * 256)));

    private List<int> TakeAll()
    {
        var slots = new List<int>();
        while (_rings.TryTake(out var slot, out var sequence))
        {
            if (_rings.IsWhole(slot, sequence))
                slots.Add(slot);
        }
        return slots;
    }

    private ref WdQueuedRing Ring(int cpu) => ref _arena.Span<WdQueuedRing>(_layout.Rings.QueuedRings, Cpus)[cpu];

    private void Queue(int cpu, int slot, uint sequence)
    {
        ref var ring = ref Ring(cpu);
        _rings.Slot(slot).Queued.Sequence = sequence;
        ring.Token[(int)(ring.Tail % WdConstants.QueuedRing)] = ((ulong)sequence << 32) | (uint)slot;
        ring.Tail++;
        _rings.Exchange.Dirty[cpu / 64] |= 1ul << (cpu % 64);
    }
}
