using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>How a pipeline transfers tables, as the user saved it: the key <c>transfer</c> of a pipeline from PostgreSQL to PostgreSQL.</summary>
public sealed record TransferPolicy
{
    /// <summary>How rows get into the target.</summary>
    public ApplyMode Apply { get; init; }

    /// <summary>Tables, with <c>*</c> for any letters, and with the schema where it is not <c>public</c>; empty for all.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Tables that stay out, written likewise.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Table to SQL condition: only rows that it is true for.</summary>
    public IReadOnlyDictionary<string, string> Where { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether a condition of a table holds along foreign keys for the rows that refer to its rows.</summary>
    public bool Follow { get; init; } = true;

    /// <summary><c>table.column</c> to what the source gives in its place.</summary>
    public IReadOnlyDictionary<string, ColumnMask> Mask { get; init; } = new Dictionary<string, ColumnMask>(StringComparer.Ordinal);

    /// <summary>Whether the target's triggers fire.</summary>
    public TriggerUse Triggers { get; init; }

    /// <summary>The target's database by its name, where it looks like one of production or where a replace would lose rows: says that it is meant.</summary>
    public string? Confirm { get; init; }

    /// <summary>Connections to each database at most.</summary>
    public int Parallel { get; init; } = 4;
}

/// <summary>What two databases come to as the ends of a transfer.</summary>
/// <param name="Tables">The tables, those first that others refer to.</param>
/// <param name="Problems">Whatever keeps it from being done, all at once; a transfer with any begins nothing.</param>
/// <param name="Remarks">What a person should know, a sentence each.</param>
public sealed record TransferPlan(IReadOnlyList<TransferTable> Tables, IReadOnlyList<Problem> Problems, IReadOnlyList<string> Remarks);
