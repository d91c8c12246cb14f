namespace Tidemark.Engine.Destinations;

/// <summary>What taking a run back did to one table.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Table">Its table.</param>
/// <param name="Restored">Rows that have their earlier values again.</param>
/// <param name="Created">Rows that were deleted and are there again.</param>
/// <param name="Deleted">Rows that the run had created.</param>
public sealed record UndoneTable(string Stream, string Table, long Restored, long Created, long Deleted)
{
    /// <summary>Rows that were left as they are, because they have changed since.</summary>
    public long Untouched { get; init; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<UntouchedRow> UntouchedRows { get; init; } = [];

    /// <summary>What went of other tables along with rows that the run had deleted. It does not come back.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>Checksum of the rows as they were before the run.</summary>
    public Checksum Expected { get; init; }

    /// <summary>Checksum of these rows as they are now.</summary>
    public Checksum Found { get; init; }
}
