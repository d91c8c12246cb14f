namespace Tidemark.Sandbox.Records;

/// <summary>Which records to take from a stream; both ends are excluded.</summary>
internal sealed record RecordRange
{
    public RecordKey After { get; init; } = RecordKey.First;

    public RecordKey Before { get; init; } = RecordKey.Last;

    /// <summary>Takes from the oldest end of the range. What is taken is newest first either way.</summary>
    public bool FromOldest { get; init; }

    public IReadOnlyList<RecordFilter> Filters { get; init; } = [];
}
