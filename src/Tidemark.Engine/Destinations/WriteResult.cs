namespace Tidemark.Engine.Destinations;

/// <summary>What became of one batch. In replace mode all counts but refused and skipped are settled by publishing.</summary>
public sealed record WriteResult
{
    public long Created { get; init; }

    public long Updated { get; init; }

    public long Unchanged { get; init; }

    public long Deleted { get; init; }

    /// <summary>What went of other tables along with the deleted rows.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>Staged rows that this batch replaced by later ones of the same key.</summary>
    public long Replaced { get; init; }

    /// <summary>Checksum of the staged rows that were replaced or removed.</summary>
    public Checksum ReplacedChecksum { get; init; }

    /// <summary>Records that exist and whose keys the staging cannot hold: a row that it lacks is not proven gone.</summary>
    public long Unstaged { get; init; }

    /// <summary>Rows that the destination confirmed to hold as they were read, by reading them back.</summary>
    public Checksum Verified { get; init; }

    /// <summary>Rows that the destination refused, each with its reason.</summary>
    public IReadOnlyList<RefusedRow> Refused { get; init; } = [];
}
