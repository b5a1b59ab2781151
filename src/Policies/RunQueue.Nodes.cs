// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;

namespace Wd40.Policies;

// The nodes: splitting, joining, removing.
public sealed partial class RunQueue
{
    private int NewNode(bool inner)
    {
        var node = _free;
        _free = _parents[node];
        _parents[node] = None;
        _inner[node] = inner;
        return node;
    }

    private void FreeNode(int node)
    {
        _parents[node] = _free;
        _free = node;
    }

    private void RemoveAt(int leaf, int index)
    {
        _leafOf[_items[(leaf * Width) + index]] = None;
        Count--;
        Close(leaf, index);
        if ((_counts[leaf] & (JoinInterval - 1)) == 0)
            Shrunk(leaf);
    }

    /// <summary>Closes the gap that an entry leaves; the others keep their order.</summary>
    private void Close(int node, int index)
    {
        var at = node * Width;
        var last = --_counts[node];
        var keys = _keys.AsSpan(at, last + 1);
        keys[(index + 1)..].CopyTo(keys[index..]);
        keys[last] = long.MaxValue;
        var items = _items.AsSpan(at, last + 1);
        items[(index + 1)..].CopyTo(items[index..]);
    }

    /// <summary>Splits a full leaf in two; returns the one where <paramref name="distance"/> belongs.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int SplitLeaf(int left, long distance)
    {
        var keys = _keys.AsSpan(left * Width, Width);
        // The middle one of nine is mostly good enough. If not, all are sorted.
        for (var i = 0; i < 9; i++)
            _sorted[i] = keys[i * 7];
        _sorted.AsSpan(0, 9).Sort();
        if (!Balanced(keys, _sorted[4], out var pivot, out var equals))
        {
            keys.CopyTo(_sorted);
            _sorted.AsSpan().Sort();
            Balanced(keys, _sorted[Width / 2], out pivot, out equals);
        }

        var right = NewNode(inner: false);
        int from = left * Width, toLeft = from, toRight = right * Width;
        for (var i = from; i < from + Width; i++)
        {
            var key = _keys[i];
            var item = _items[i];
            // Of those equal to the pivot the earliest stay left. Written to both sides, kept on one: no branch to be guessed wrong.
            var equal = key == pivot ? 1 : 0;
            var stays = key < pivot || (equal & (equals > 0 ? 1 : 0)) != 0 ? 1 : 0;
            equals -= equal;
            _keys[toLeft] = _keys[toRight] = key;
            _items[toLeft] = _items[toRight] = item;
            _leafOf[item] = stays != 0 ? left : right;
            toLeft += stays;
            toRight += 1 - stays;
        }
        _counts[left] = toLeft - from;
        _counts[right] = toRight - (right * Width);
        _keys.AsSpan(toLeft, from + Width - toLeft).Fill(long.MaxValue);
        _keys[toRight] = long.MaxValue;
        // Those equal to the pivot that are still to come are later than all of them: right, unless none is there.
        var bound = equals >= 0 ? pivot + 1 : pivot;
        AddBeside(left, right, bound);
        return distance < bound ? left : right;
    }

    /// <summary>Whether a split at a pivot leaves a quarter on either side at least, and how many equal to it stay left.</summary>
    private static bool Balanced(ReadOnlySpan<long> keys, long pivot, out long chosen, out int equals)
    {
        chosen = pivot;
        var below = KeyScan.CountAtMost(keys, pivot - 1);
        var same = KeyScan.CountAtMost(keys, pivot) - below;
        equals = Math.Clamp((Width / 2) - below, 0, same);
        return below + equals is >= Width / 4 and <= Width - (Width / 4);
    }

    /// <summary>Enters a new node right of another one; its keys are at least <paramref name="bound"/>.</summary>
    private void AddBeside(int left, int right, long bound)
    {
        var parent = _parents[left];
        if (parent == None)
        {
            parent = NewNode(inner: true);
            _root = parent;
            Append(parent, left, long.MinValue);
        }
        else if (_counts[parent] == Width)
        {
            SplitInner(parent);
            parent = _parents[left];
        }
        var at = parent * Width;
        var count = _counts[parent]++;
        var index = _items.AsSpan(at, count).IndexOf(left) + 1;
        _keys.AsSpan(at + index, count - index).CopyTo(_keys.AsSpan(at + index + 1));
        _items.AsSpan(at + index, count - index).CopyTo(_items.AsSpan(at + index + 1));
        _keys[at + index] = bound;
        _items[at + index] = right;
        _parents[right] = parent;
    }

    private void SplitInner(int left)
    {
        var right = NewNode(inner: true);
        var from = (left * Width) + (Width / 2);
        var bound = _keys[from];
        Append(right, _items[from], long.MinValue);
        for (var i = 1; i < Width / 2; i++)
            Append(right, _items[from + i], _keys[from + i]);
        _keys.AsSpan(from, Width / 2).Fill(long.MaxValue);
        _counts[left] = Width / 2;
        AddBeside(left, right, bound);
    }

    private void Append(int node, int item, long key)
    {
        var end = (node * Width) + _counts[node]++;
        _keys[end] = key;
        _items[end] = item;
        if (_inner[node])
            _parents[item] = node;
        else
            _leafOf[item] = node;
    }

    /// <summary>A node has lost entries: joins it with a neighbour where both fit in one, frees it when it is empty.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Shrunk(int node)
    {
        var parent = _parents[node];
        if (parent == None)
        {
            ShrinkRoot();
            return;
        }
        var at = parent * Width;
        var index = _items.AsSpan(at, _counts[parent]).IndexOf(node);
        if (_counts[node] == 0)
            Leave(parent, index);
        else if (index + 1 < _counts[parent] && _counts[node] + _counts[_items[at + index + 1]] <= JoinLimit)
            Join(node, _items[at + index + 1], index + 1);
        else if (index > 0 && _counts[node] + _counts[_items[at + index - 1]] <= JoinLimit)
            Join(_items[at + index - 1], node, index);
    }

    private void Join(int left, int right, int indexOfRight)
    {
        var parent = _parents[left];
        var from = right * Width;
        var count = _counts[right];
        if (_inner[right])
            _keys[from] = _keys[(parent * Width) + indexOfRight];
        for (var i = 0; i < count; i++)
            Append(left, _items[from + i], _keys[from + i]);
        _keys.AsSpan(from, count).Fill(long.MaxValue);
        _counts[right] = 0;
        Leave(parent, indexOfRight);
    }

    /// <summary>An empty node leaves its parent.</summary>
    private void Leave(int parent, int index)
    {
        var at = parent * Width;
        var node = _items[at + index];
        FreeNode(node);
        Close(parent, index);
        if (index == 0 && _counts[parent] > 0)
            _keys[at] = long.MinValue;
        if (_counts[parent] <= 1 || (_counts[parent] & (JoinInterval - 1)) == 0)
            Shrunk(parent);
        if (node == _head)
        {
            for (_head = _root; _inner[_head];)
                _head = _items[_head * Width];
        }
    }

    private void ShrinkRoot()
    {
        while (_inner[_root] && _counts[_root] == 1)
        {
            var root = _root;
            _root = _items[root * Width];
            _parents[_root] = None;
            _counts[root] = 0;
            _keys[root * Width] = long.MaxValue;
            FreeNode(root);
        }
    }
}
