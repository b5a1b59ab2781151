// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.Policies;

// The nodes: splitting, joining, removing.
public sealed partial class RunQueue
{
    private int NewNode(bool inner)
    {
        var node = _free;
        _free = _nodes[node].Parent;
        _nodes[node].Parent = None;
        _nodes[node].Inner = inner;
        return node;
    }

    /// <summary>Takes back an empty node.</summary>
    private void FreeNode(int node)
    {
        _nodes[node].End = 0;
        _nodes[node].Parent = _free;
        _free = node;
    }

    private int IndexOf(int node, int item)
    {
        // Gaps and what is behind the end may hold any item, also this one.
        ref var entries = ref _nodes[node];
        Span<int> items = entries.Items;
        var index = items.IndexOf(item);
        while (entries.Keys[index] == RunQueueNode.Unused)
            index += items[(index + 1)..].IndexOf(item) + 1;
        return index;
    }

    private void RemoveAt(int leaf, int index)
    {
        ref var node = ref _nodes[leaf];
        _leafOf[node.Items[index]] = None;
        node.Keys[index] = RunQueueNode.Unused;
        Count--;
        if ((--node.Count & (JoinInterval - 1)) == 0)
            Shrunk(leaf);
    }

    /// <summary>A leaf has entries up to its end: closes the gaps, and splits it if that brings little. Returns where <paramref name="distance"/> belongs.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int MakeRoom(int leaf, long distance)
    {
        ref var node = ref _nodes[leaf];
        if (node.Count < Width)
            CloseGaps(ref node);
        return node.Count <= JoinLimit ? leaf : SplitLeaf(leaf, distance);
    }

    /// <summary>Closes the gaps of a leaf; the others keep their order.</summary>
    private static void CloseGaps(ref RunQueueNode node)
    {
        var to = 0;
        for (var i = 0; i < node.End; i++)
        {
            var key = node.Keys[i];
            node.Keys[to] = key;
            node.Items[to] = node.Items[i];
            to += key != RunQueueNode.Unused ? 1 : 0;
        }
        ((Span<long>)node.Keys)[to..].Fill(RunQueueNode.Unused);
        node.End = to;
    }

    /// <summary>Splits a leaf without gaps in two; returns the one where <paramref name="distance"/> belongs.</summary>
    private int SplitLeaf(int left, long distance)
    {
        ref var from = ref _nodes[left];
        var count = from.Count;
        // The middle one of nine is nearly always good enough. If not, all are sorted.
        for (var i = 0; i < 9; i++)
            _sorted[i] = from.Keys[i * 7];
        _sorted.AsSpan(0, 9).Sort();
        var pivot = _sorted[4];
        if (!Balanced(in from, pivot, out var equals))
        {
            ((Span<long>)from.Keys).CopyTo(_sorted);
            _sorted.AsSpan().Sort();
            pivot = _sorted[count / 2];
            Balanced(in from, pivot, out equals);
        }

        var right = NewNode(inner: false);
        ref var to = ref _nodes[right];
        int toLeft = 0, toRight = 0;
        for (var i = 0; i < count; i++)
        {
            var key = from.Keys[i];
            var item = from.Items[i];
            // Of those equal to the pivot the earliest stay left. Written to both sides, kept on one: no branch to be guessed wrong.
            var equal = key == pivot ? 1 : 0;
            var stays = (key < pivot ? 1 : 0) | (equal & (equals > 0 ? 1 : 0));
            equals -= equal;
            from.Keys[toLeft] = to.Keys[toRight] = key;
            from.Items[toLeft] = to.Items[toRight] = item;
            _leafOf[item] = stays != 0 ? left : right;
            toLeft += stays;
            toRight += 1 - stays;
        }
        from.Count = from.End = toLeft;
        to.Count = to.End = toRight;
        ((Span<long>)from.Keys)[toLeft..].Fill(RunQueueNode.Unused);
        to.Keys[toRight] = RunQueueNode.Unused;
        // Who comes later with the pivot as key belongs right, unless all that have it are left: then after them, on either side.
        var bound = equals >= 0 ? pivot + 1 : pivot;
        AddBeside(left, right, bound);
        return distance < bound ? left : right;
    }

    /// <summary>Whether a split at a pivot leaves an eighth on either side at least, and how many equal to it stay left.</summary>
    private static bool Balanced(in RunQueueNode node, long pivot, out int equals)
    {
        var below = node.CountAtMost(pivot - 1);
        var same = node.CountAtMost(pivot) - below;
        equals = Math.Clamp((node.Count / 2) - below, 0, same);
        return below + equals >= Width / 8 && below + equals <= node.Count - (Width / 8);
    }

    /// <summary>Enters a new node right of another one; its keys are at least <paramref name="bound"/>.</summary>
    private void AddBeside(int left, int right, long bound)
    {
        var parent = _nodes[left].Parent;
        if (parent == None)
        {
            parent = NewNode(inner: true);
            _root = parent;
            Append(parent, left, long.MinValue);
        }
        else if (_nodes[parent].Count == Width)
        {
            SplitInner(parent);
            parent = _nodes[left].Parent;
        }
        ref var node = ref _nodes[parent];
        var index = IndexOf(parent, left) + 1;
        var count = node.Count;
        Span<long> keys = node.Keys;
        keys[index..count].CopyTo(keys[(index + 1)..]);
        Span<int> items = node.Items;
        items[index..count].CopyTo(items[(index + 1)..]);
        keys[index] = bound;
        items[index] = right;
        node.Count = node.End = count + 1;
        _nodes[right].Parent = parent;
    }

    private void SplitInner(int left)
    {
        var right = NewNode(inner: true);
        ref var from = ref _nodes[left];
        var bound = from.Keys[Width / 2];
        for (var i = Width / 2; i < Width; i++)
            Append(right, from.Items[i], i == Width / 2 ? long.MinValue : from.Keys[i]);
        ((Span<long>)from.Keys)[(Width / 2)..].Fill(RunQueueNode.Unused);
        from.Count = from.End = Width / 2;
        AddBeside(left, right, bound);
    }

    private void Append(int node, int item, long key)
    {
        ref var to = ref _nodes[node];
        to.Keys[to.End] = key;
        to.Items[to.End] = item;
        to.End++;
        to.Count++;
        if (to.Inner)
            _nodes[item].Parent = node;
        else
            _leafOf[item] = node;
    }

    /// <summary>A node has lost entries: joins it with a neighbour where both fit in one, frees it when it is empty.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Shrunk(int node)
    {
        var parent = _nodes[node].Parent;
        if (parent == None)
        {
            ShrinkRoot();
            return;
        }
        ref var siblings = ref _nodes[parent];
        var count = _nodes[node].Count;
        var index = IndexOf(parent, node);
        if (count == 0)
            Leave(parent, index);
        else if (index + 1 < siblings.Count && count + _nodes[siblings.Items[index + 1]].Count <= JoinLimit)
            Join(node, siblings.Items[index + 1], index + 1);
        else if (index > 0 && count + _nodes[siblings.Items[index - 1]].Count <= JoinLimit)
            Join(siblings.Items[index - 1], node, index);
    }

    private void Join(int left, int right, int indexOfRight)
    {
        var parent = _nodes[left].Parent;
        ref var to = ref _nodes[left];
        ref var from = ref _nodes[right];
        if (from.Inner)
            from.Keys[0] = _nodes[parent].Keys[indexOfRight];
        if (to.End + from.Count > Width)
            CloseGaps(ref to);
        for (var i = 0; i < from.End; i++)
        {
            if (from.Keys[i] != RunQueueNode.Unused)
                Append(left, from.Items[i], from.Keys[i]);
        }
        ((Span<long>)from.Keys).Fill(RunQueueNode.Unused);
        from.Count = 0;
        Leave(parent, indexOfRight);
    }

    /// <summary>An empty node leaves its parent.</summary>
    private void Leave(int parent, int index)
    {
        ref var above = ref _nodes[parent];
        Span<long> keys = above.Keys;
        Span<int> items = above.Items;
        var node = items[index];
        FreeNode(node);
        var last = above.Count = --above.End;
        keys[(index + 1)..(last + 1)].CopyTo(keys[index..]);
        items[(index + 1)..(last + 1)].CopyTo(items[index..]);
        keys[last] = RunQueueNode.Unused;
        if (index == 0 && last > 0)
            keys[0] = long.MinValue;
        if (last <= 1 || (last & (JoinInterval - 1)) == 0)
            Shrunk(parent);
        if (node == _head)
        {
            for (_head = _root; _nodes[_head].Inner;)
                _head = _nodes[_head].Items[0];
        }
    }

    private void ShrinkRoot()
    {
        while (_nodes[_root].Inner && _nodes[_root].Count == 1)
        {
            var root = _root;
            _root = _nodes[root].Items[0];
            _nodes[_root].Parent = None;
            _nodes[root].Count = 0;
            _nodes[root].Keys[0] = RunQueueNode.Unused;
            FreeNode(root);
        }
    }
}
