namespace Tidemark.Sandbox.Records;

/// <summary>Chooses records that nobody named: scattered, and the same ones for the same draws.</summary>
internal static class RecordChoice
{
    public static IReadOnlyList<RecordEntry> Pick(
        RecordStream stream, int count, Draws draws, Predicate<RecordEntry> isFit)
    {
        var total = stream.NextIndex;
        var chosen = new List<RecordEntry>();
        var seen = new HashSet<long>();
        while (chosen.Count < count && seen.Count < total)
        {
            var index = draws.Below(total);
            while (!seen.Add(index)) index = (index + 1) % total;
            var entry = stream.At(index);
            if (!entry.IsDeleted && isFit(entry)) chosen.Add(entry);
        }

        return chosen;
    }
}
