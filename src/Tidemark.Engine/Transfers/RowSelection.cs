namespace Tidemark.Engine.Transfers;

/// <summary>Which rows of a table are copied.</summary>
public abstract record RowSelection
{
    private RowSelection()
    {
    }

    /// <summary>A part of the whole table, by the place of its rows at the source: from a block on, up to another one. The last one has no end.</summary>
    public sealed record Blocks(long From, long? To) : RowSelection;

    /// <summary>All rows of some buckets, in their order.</summary>
    public sealed record Buckets(IReadOnlyList<long> Numbers) : RowSelection;

    /// <summary>The rows of some keys.</summary>
    public sealed record Keys(IReadOnlyList<RowKey> Of) : RowSelection;
}
