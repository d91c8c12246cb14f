using System.Collections.ObjectModel;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>What a pipeline makes of one stream, where that is not simply all of its fields.</summary>
/// <param name="Stream">Name of the stream.</param>
public sealed record StreamShape(string Stream)
{
    /// <summary>The table; null for the pipeline's pattern.</summary>
    public string? Table { get; init; }

    /// <summary>The table's columns; empty for one a field.</summary>
    public IReadOnlyList<ColumnShape> Columns { get; init; } = [];

    /// <summary>Whether the stream's other fields become columns beside those that are named.</summary>
    public bool AllFields { get; init; }

    /// <summary>Whether the named columns are all there are.</summary>
    internal bool IsListed => Columns.Count > 0 && !AllFields;

    /// <summary>How rows become live, whatever the pipeline's mode; null for the pipeline's.</summary>
    public WriteMode? Mode { get; init; }

    /// <summary>Whether the whole record is kept; null for the pipeline's way.</summary>
    public bool? Raw { get; init; }

    /// <summary>Name of the column that says when a row was last written.</summary>
    public string SyncedAt { get; init; } = TablePlan.UsualSyncedAt;

    /// <summary>How long reading it may take; null for any time.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Whether a row that the application made, of a record's key, becomes the record's row. Default false.</summary>
    public bool Adopt { get; init; }

    /// <summary>What becomes of rows whose record is gone; null for the pipeline's way.</summary>
    public DeletePolicy? Deletes { get; init; }

    /// <summary>Fields, or places such as <c>address.line1</c>, that are left out of everything that is stored.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Fields or places of which something else is stored.</summary>
    public IReadOnlyDictionary<string, Masking> Mask { get; init; } = ReadOnlyDictionary<string, Masking>.Empty;

    /// <summary>What goes back to the source; null for nothing.</summary>
    public WriteBack? WriteBack { get; init; }

    /// <summary>Columns that refer to another table's key: column to table.</summary>
    public IReadOnlyDictionary<string, string> References { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>One column of a table.</summary>
/// <param name="Name">As the table has it.</param>
public sealed record ColumnShape(string Name)
{
    /// <summary>A field of the stream, or a path in the record such as <c>Region_c</c>; null for the field of this name.</summary>
    public string? From { get; init; }

    /// <summary>A text made of other columns, e.g. <c>int_{record_id}</c>, in place of anything in the record; null for none.</summary>
    public string? Value { get; init; }

    /// <summary>What it holds, where it is read by its path; null for text.</summary>
    public FieldType? Type { get; init; }

    public ColumnOwner Owner { get; init; }

    /// <summary>As <see cref="ColumnOwnership.Default"/>.</summary>
    public string? Default { get; init; }

    /// <summary>As <see cref="ColumnOwnership.When"/>.</summary>
    public IReadOnlyList<ColumnCondition> When { get; init; } = [];
}
