using System.Text.Json.Serialization;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>What a run wrote of a row.</summary>
/// <param name="Stream">The stream with its columns and key.</param>
/// <param name="KeepsRaw">Whether the record was kept.</param>
/// <param name="Columns">The columns that the run may have changed.</param>
internal sealed record UndoShape(StreamSchema Stream, bool KeepsRaw, IReadOnlyList<UndoColumn> Columns)
{
    /// <summary>
    /// True for a restore, and for its undo: it wrote every column, whosever it is, and not its own id into <c>_run</c>.
    /// </summary>
    public bool IsRestore { get; init; }

    /// <summary>True for an undo: the rows that it wrote carry the ids of the runs before it.</summary>
    public bool IsUndo { get; init; }

    /// <summary>What went of other tables along with deleted rows, and does not come back; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Cascade>? Cascades { get; init; }

    public static UndoShape Of(SqlTable live) =>
        new(live.Stream, live.Plan.KeepsRaw, [.. live.AssignedColumns.Select(column => new UndoColumn(column.Name, column.Ownership))]);
}
