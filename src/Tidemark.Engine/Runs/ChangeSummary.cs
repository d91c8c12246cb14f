using System.Globalization;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Runs;

/// <summary>What a run would change, stream by stream.</summary>
public sealed record ChangeSummary(IReadOnlyList<StreamChanges> Streams)
{
    /// <summary>The same without values of records.</summary>
    public ChangeSummary WithoutSamples() => new([.. Streams.Select(stream => stream with { Samples = [] })]);
}

/// <summary>What a run would change of one stream.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Table">Its table.</param>
public sealed record StreamChanges(string Stream, string Table)
{
    public long Adds { get; init; }

    public long Updates { get; init; }

    public long Deletes { get; init; }

    public long Unchanged { get; init; }

    public long Quarantined { get; init; }

    /// <summary>What would go of other tables along with the deleted rows.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>What more would go along now of another table than was looked at; null where nothing would.</summary>
    internal string? TakesMoreThan(StreamChanges seen)
    {
        foreach (var now in Cascades)
        {
            var before = seen.Cascades.FirstOrDefault(each => each.Table == now.Table)?.Deletes ?? 0;
            if (now.Deletes > before)
                return string.Create(CultureInfo.InvariantCulture, $"{now.Deletes} rows of {now.Table} would be deleted along with rows of {Table}; it was {before}");
        }

        return null;
    }

    /// <summary>A hash over all changes, in hexadecimal; equal for equal changes, in whatever order they come.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Columns that the table would get, or that would get another type.</summary>
    public IReadOnlyList<ColumnChange> Columns { get; init; } = [];

    /// <summary>The first few changes of each kind.</summary>
    public IReadOnlyList<RowChange> Samples { get; init; } = [];
}
