namespace Tidemark.Sandbox.Records;

/// <summary>
/// When the records of a stream were made, as Unix seconds that never fall from one index to the next: three years up
/// to <paramref name="end"/>, ever denser, with quiet and busy seasons.
/// </summary>
/// <param name="count">Records on the line.</param>
/// <param name="end">No record is as late as this.</param>
/// <param name="burst">Now and then this many neighbours share one second; 1 for never.</param>
internal sealed class Timeline(long count, DateTimeOffset end, int burst = 1)
{
    private const int Seasons = 7;
    private const double Swing = 0.4;
    private const long Span = 3 * 365 * 86_400L;

    private readonly long _start = end.ToUnixTimeSeconds() - Span;

    public long Count => count;

    public long CreatedAt(long index)
    {
        if (burst > 1 && Bits.Mix((ulong)(index / burst)) % 4 == 0) index -= index % burst;
        var part = (double)index / count;
        // The slope of the root is at least 1/2, so a wave with a slope below that cannot turn it back.
        var elapsed = Math.Sqrt(part) + Swing * Math.Sin(Math.Tau * Seasons * part) / (Math.Tau * Seasons);
        return _start + (long)(elapsed * Span);
    }

    /// <summary>How many records sort before <paramref name="key"/>.</summary>
    public long CountBefore(RecordKey key)
    {
        long low = 0, high = count;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (new RecordKey(CreatedAt(middle), middle) < key) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>An index on <paramref name="other"/> of a record that this line's record can point to.</summary>
    public long Earlier(long index, Timeline other, ref Draws draws)
    {
        // A burst moves a record back to the time of its first; stepping back by its length keeps the order.
        var latest = Math.Max(0, Math.Min(index, count - 1) - burst);
        return draws.Below((long)((double)latest / count * other.Count) + 1);
    }
}
