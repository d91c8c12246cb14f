namespace Tidemark.Sandbox.Records;

/// <summary>
/// Numbers that look random and depend on (seed, purpose, index) alone, so that record i can be made without the
/// records before it. The generator is splitmix64.
/// </summary>
internal struct Draws(ulong key, long index)
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private ulong _state = Bits.Mix(key + (ulong)index * Step);

    /// <summary>The key of one purpose, e.g. of the customers' names, under a seed.</summary>
    public static ulong Key(long seed, int purpose) => Bits.Mix(Bits.Mix((ulong)seed + Step) + (ulong)purpose * Step);

    public ulong Next()
    {
        _state += Step;
        var value = _state;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    /// <summary>0 up to, not including, <paramref name="limit"/>.</summary>
    public long Below(long limit) => (long)Math.BigMul(Next(), (ulong)limit, out _);

    public int Below(int limit) => (int)Below((long)limit);

    public int Between(int first, int last) => first + Below(last - first + 1);

    public bool Percent(int share) => Below(100) < share;

    public T From<T>(T[] choices) => choices[Below(choices.Length)];
}
