namespace Tidemark.Sandbox.Records;

/// <summary>A reversible scramble of 64 bits: neighbours land far apart and no two land together.</summary>
/// <remarks>https://nullprogram.com/blog/2018/07/31/ describes the family of xorshift-multiply mixers.</remarks>
internal static class Bits
{
    private const ulong First = 0xD6E8_FEB8_6659_FD93;
    private const ulong Second = 0xBF58_476D_1CE4_E5B9;
    private static readonly ulong FirstBack = Inverse(First);
    private static readonly ulong SecondBack = Inverse(Second);

    public static ulong Mix(ulong value)
    {
        value ^= value >> 32;
        value *= First;
        value ^= value >> 32;
        value *= Second;
        return value ^ (value >> 32);
    }

    public static ulong Unmix(ulong value)
    {
        value ^= value >> 32;
        value *= SecondBack;
        value ^= value >> 32;
        value *= FirstBack;
        return value ^ (value >> 32);
    }

    // Newton's method modulo 2^64: every round doubles the number of right bits, and odd numbers start with three.
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var round = 0; round < 5; round++) inverse *= 2 - odd * inverse;
        return inverse;
    }
}
