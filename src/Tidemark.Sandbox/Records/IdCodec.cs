using System.Buffers;

namespace Tidemark.Sandbox.Records;

/// <summary>
/// Ids of a stream: a prefix and 11 base62 digits that hold the scrambled index, so that an id leads back to its
/// index without a table. A vendor whose ids are made otherwise overrides all four members.
/// </summary>
/// <param name="prefix">E.g. <c>cus_</c>; may go on with constant digits to reach the vendor's length.</param>
/// <param name="key">Differs by stream and seed: the same index has different digits in each.</param>
internal class IdCodec(string prefix, ulong key)
{
    private const int Digits = 11;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Valid = SearchValues.Create(Alphabet);

    public string Prefix => prefix;

    public virtual int Length => prefix.Length + Digits;

    public virtual string Text(long index) => string.Create(Length, (prefix, Value(index)), static (text, id) =>
    {
        id.prefix.CopyTo(text);
        var rest = id.Item2;
        for (var at = text.Length - 1; at >= id.prefix.Length; at--)
        {
            text[at] = Alphabet[(int)(rest % 62)];
            rest /= 62;
        }
    });

    /// <summary>Writes the id as ASCII; <paramref name="target"/> has room for <see cref="Length"/> bytes.</summary>
    public virtual void Write(Span<byte> target, long index)
    {
        for (var at = 0; at < prefix.Length; at++) target[at] = (byte)prefix[at];
        var rest = Value(index);
        for (var at = Length - 1; at >= prefix.Length; at--)
        {
            target[at] = (byte)Alphabet[(int)(rest % 62)];
            rest /= 62;
        }
    }

    /// <summary>The index that <paramref name="id"/> stands for; any well-formed id stands for some index.</summary>
    public virtual bool TryIndex(string id, out long index)
    {
        index = -1;
        if (id.Length != Length || !id.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var digits = id.AsSpan(prefix.Length);
        if (digits.ContainsAnyExcept(Valid)) return false;

        UInt128 value = 0;
        foreach (var digit in digits) value = value * 62 + (UInt128)Alphabet.IndexOf(digit);
        if (value > ulong.MaxValue) return false;
        index = (long)(Bits.Unmix((ulong)value) - key);
        return index >= 0;
    }

    private ulong Value(long index) => Bits.Mix((ulong)index + key);
}

/// <summary>One id, to be written without making a string of it.</summary>
internal readonly record struct RecordId(IdCodec Codec, long Index);
