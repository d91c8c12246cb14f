namespace Tidemark.Engine.Destinations;

/// <summary>What publishing would do to one table.</summary>
/// <param name="Table">Table name.</param>
/// <param name="LiveRows">Rows of this pipeline that are live now.</param>
/// <param name="StagedRows">Rows that would be live then; not counted where there is no live table yet.</param>
/// <param name="Deletes">Live rows that were not read.</param>
public sealed record PublishPreview(string Table, long LiveRows, long StagedRows, long Deletes)
{
    /// <summary>Live rows that would have other values.</summary>
    public long Updates { get; init; }

    /// <summary>What would go of other tables along with the deleted rows.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>Where rows would be deleted because they were not read: another pipeline that has written the table too.</summary>
    public string? SharedWith { get; init; }
}
