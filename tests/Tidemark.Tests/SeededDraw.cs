namespace Tidemark.Tests;

/// <summary>Numbers that look drawn and are the same for the same seed, on every platform (SplitMix64).</summary>
internal sealed class SeededDraw(int seed)
{
    private ulong _state = (ulong)(uint)seed;

    /// <summary>From 0 to one less than <paramref name="end"/>.</summary>
    public int Next(int end)
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)end);
    }
}
