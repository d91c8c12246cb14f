using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Alerts;

/// <summary>A stream of which a run read far more or fewer records than those before it.</summary>
internal sealed record OddVolume(string Stream, long Read, long Median, int Runs);

/// <summary>
/// Compares what a run read with the runs before it that did the same. Far is: under a third of their median or over three times it, further out than
/// all of them but one, and by <see cref="Least"/> records or more. One strange run among them hides nothing, and neither do quiet weekends, once they
/// are among them.
/// </summary>
internal static class VolumeHistory
{
    public const int Most = 10;
    public const int Fewest = 5;
    public const int Least = 20;

    private const int Factor = 3;

    /// <param name="run">A run that is over.</param>
    /// <param name="earlier">Runs of the pipeline that succeeded before it, the latest first.</param>
    public static IReadOnlyList<OddVolume> Odd(RunRecord run, IEnumerable<RunRecord> earlier)
    {
        var same = earlier.Where(before => before.Result.Kind == run.Result.Kind && before.Result.Mode == run.Result.Mode).ToList();
        var odd = new List<OddVolume>();
        foreach (var stream in run.Result.Streams.Where(stream => stream.Error is null))
        {
            var counts = same.SelectMany(before => before.Result.Streams.Where(other => other.Stream == stream.Stream && other.IsFull == stream.IsFull))
                .Select(other => other.Read).Take(Most).Order().ToList();
            if (counts.Count >= Fewest && IsOdd(stream.Read, counts)) odd.Add(new(stream.Stream, stream.Read, Median(counts), counts.Count));
        }

        return odd;
    }

    /// <param name="read">What was read.</param>
    /// <param name="counts">What was read before, in order; at least two.</param>
    internal static bool IsOdd(long read, IReadOnlyList<long> counts)
    {
        var median = Median(counts);
        if (Math.Abs(read - median) < Least) return false;
        return read < median ? read * Factor < median && read < counts[1] : read > median * Factor && read > counts[^2];
    }

    private static long Median(IReadOnlyList<long> counts) => (counts[(counts.Count - 1) / 2] + counts[counts.Count / 2]) / 2;
}
