// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using CommunityToolkit.HighPerformance.Helpers;

namespace Wd40.ArenaRuntime;

/// <summary>
/// A set of small numbers (CPUs, domains) in 64-bit words: those of an arena or of a generated struct. Changes are plain stores: the words
/// have one writer.
/// </summary>
public readonly ref struct ArenaBitmap
{
    private const int WordBits = 64;

    private readonly Span<ulong> _words;

    /// <summary>Views words, lowest number first.</summary>
    public ArenaBitmap(Span<ulong> words) => _words = words;

    /// <summary>One more than the largest number the bitmap can hold.</summary>
    public int Capacity => _words.Length * WordBits;

    /// <summary>How many numbers are in the set.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>Whether a number is in the set.</summary>
    /// <exception cref="IndexOutOfRangeException">It is not below <see cref="Capacity"/>.</exception>
    public bool this[int number]
    {
        get => BitHelper.HasFlag(_words[number >>> 6], number & (WordBits - 1));
        set => BitHelper.SetFlag(ref _words[number >>> 6], number & (WordBits - 1), value);
    }

    /// <summary>Takes all numbers out.</summary>
    public void Clear() => _words.Clear();

    /// <summary>Whether the two sets have a number in common.</summary>
    public bool Intersects(ArenaBitmap other)
    {
        for (var i = 0; i < Math.Min(_words.Length, other._words.Length); i++)
        {
            if ((_words[i] & other._words[i]) != 0)
                return true;
        }
        return false;
    }

    /// <summary>Enumerates the numbers in the set in ascending order.</summary>
    public Enumerator GetEnumerator() => new(_words);

    /// <summary>Walks the numbers in the set.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<ulong> _words;
        private ulong _rest;
        private int _word;

        internal Enumerator(ReadOnlySpan<ulong> words)
        {
            _words = words;
            _word = -1;
        }

        /// <summary>The current number.</summary>
        public int Current { get; private set; }

        /// <summary>Goes to the next number.</summary>
        public bool MoveNext()
        {
            while (_rest == 0)
            {
                if (++_word >= _words.Length)
                    return false;
                _rest = _words[_word];
            }
            Current = _word * WordBits + BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
