using System.Collections.ObjectModel;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A table that rows of one stream are written to: the live one, its staging, or a batch's changes.</summary>
public sealed class SqlTable
{
    private readonly ColumnRule?[] _rules;

    /// <param name="name">The table's.</param>
    /// <param name="plan">The stream's columns and policies.</param>
    /// <param name="kind">Which of the stream's tables this is.</param>
    public SqlTable(SqlName name, TablePlan plan, SqlTableKind kind = SqlTableKind.Live)
    {
        (Name, Plan, Kind) = (name, plan, kind);
        Columns = [.. SqlColumn.Of(plan, kind)];
        Key = [.. Stream.KeyPositions.Select(position => Columns[position])];
        IsKeyColumn = [.. Columns.Select(column => column.Role == SqlColumnRole.Field && Stream.Key.Contains(column.Name))];
        _rules =
        [
            .. Columns.Select(column => column.Role == SqlColumnRole.Takes
                ? new ColumnRule(Stream, Stream.Fields[column.Position].Ownership!) : null),
        ];
    }

    public SqlName Name { get; }

    public TablePlan Plan { get; }

    public SqlTableKind Kind { get; }

    /// <summary>Columns that the table does not have yet, where it must not be touched until it is published.</summary>
    public IReadOnlySet<string> Missing { get; init; } = ReadOnlySet<string>.Empty;

    public StreamSchema Stream => Plan.Stream;

    /// <summary>True for a staging that holds only the key and the hash of rows that do not differ from the live ones.</summary>
    public bool IsDifference => Kind == SqlTableKind.Difference;

    public IReadOnlyList<SqlColumn> Columns { get; }

    public IReadOnlyList<SqlColumn> Key { get; }

    /// <summary>Per column, whether it is part of the key.</summary>
    public IReadOnlyList<bool> IsKeyColumn { get; }

    /// <summary>The columns that a live table has too.</summary>
    public IEnumerable<SqlColumn> LiveColumns => Columns.Where(column => column.IsLive);

    /// <summary>Columns of a live table that an update may write.</summary>
    public IEnumerable<SqlColumn> UpdatedColumns => LiveColumns.Where(column =>
        !Stream.Key.Contains(column.Name) && column.Ownership is not { IsKept: true });

    /// <summary>What a row has in a column; null for nothing. In a difference staging, rows that do not differ are bare.</summary>
    /// <param name="column">Position in <see cref="Columns"/>.</param>
    /// <param name="state">The row's.</param>
    public SqlColumnRole? Content(int column, RowState state) => Columns[column].Role switch
    {
        SqlColumnRole.Hash when state is RowState.Kept or RowState.Deletion => null,
        SqlColumnRole.Hash => SqlColumnRole.Hash,
        SqlColumnRole.Differs => SqlColumnRole.Differs,
        SqlColumnRole.DeletedAt => null,
        SqlColumnRole.Field when IsKeyColumn[column] => SqlColumnRole.Field,
        var role => IsBare(state) ? null : role,
    };

    /// <summary>Whether a row of this state is written with its key (and, where it is unchanged, its hash) alone.</summary>
    public bool IsBare(RowState state) => IsDifference && state is RowState.Unchanged or RowState.Kept or RowState.Deletion;

    /// <summary>What a difference staging says of a row: 1 it differs, 0 it does not, -1 it is to be deleted.</summary>
    public static int Operation(RowState state) => state switch
    {
        RowState.Deletion => -1,
        RowState.Unchanged or RowState.Kept => 0,
        _ => 1,
    };

    /// <summary>Whether an application's column takes the value of a row.</summary>
    /// <param name="column">Position in <see cref="Columns"/> of one whose role is <see cref="SqlColumnRole.Takes"/>.</param>
    /// <param name="batch">Holds the row.</param>
    /// <param name="row">Its number.</param>
    public bool Takes(int column, RowBatch batch, int row) => _rules[column]!.Holds(batch, batch.Row(row));

    public string ColumnList => string.Join(", ", Columns.Select(column => column.Quoted));

    public string KeyList => string.Join(", ", Key.Select(column => column.Quoted));

    /// <summary>That a row of an alias is one that Tidemark wrote and that is not marked as deleted.</summary>
    public string IsPresent(string alias) => Missing.Contains("_hash") ? "1 = 0"
        : $"""{alias}."_hash" IS NOT NULL{(MarksDeleted ? $" AND {alias}.\"_deleted_at\" IS NULL" : "")}""";

    /// <summary>A row's hash for comparing; null, which differs from all, where the row is marked as deleted.</summary>
    public string ComparedHash(string alias) => Missing.Contains("_hash") ? "CAST(NULL AS bigint)"
        : MarksDeleted
        ? $"""CASE WHEN {alias}."_deleted_at" IS NULL THEN {alias}."_hash" END""" : $"""{alias}."_hash" """;

    /// <summary>Assignments that mark a row as deleted.</summary>
    /// <param name="at">Placeholder of the moment.</param>
    /// <param name="run">Placeholder of the run's id.</param>
    /// <param name="value">Placeholder of <see cref="DeletePolicy.Value"/>; used only where the policy names a column of text.</param>
    public string MarkedDeleted(string at, string run, string value)
    {
        var marks = $"\"_deleted_at\" = {at}, {SqlName.Column(Plan.SyncedAt)} = {at}, \"_run\" = {run}";
        if (Plan.Deletes.Column is not { } column) return marks;
        var isTruth = Stream.Fields.Any(field => field.Name == column && field.Type == FieldType.Boolean);
        var set = isTruth ? (bool.Parse(Plan.Deletes.Value) ? "TRUE" : "FALSE") : value;
        return $"{marks}, {SqlName.Column(column)} = {set}";
    }

    /// <summary>What is to be kept of a row before it is deleted, or marked: whether it goes.</summary>
    public string Deletion => Plan.Deletes.KeepsRow ? SqlBeforeImages.Updated : SqlBeforeImages.Deleted;

    /// <summary>A condition that two aliases name the same row, e.g. <c>l."id" = s."id"</c>.</summary>
    public string KeyMatch(string left, string right) =>
        string.Join(" AND ", Key.Select(column => $"{left}.{column.Quoted} = {right}.{column.Quoted}"));

    private bool MarksDeleted => Plan.Deletes.KeepsRow && !Missing.Contains("_deleted_at");

    /// <summary>Assignments of what an update writes, whoever owns the columns; the live row's alias is <c>l</c>.</summary>
    public string Assignments(string from) =>
        string.Join(", ", UpdatedColumns.Select(column => $"{column.Quoted} = {Assigned(column, from)}"));

    /// <summary>What an update gives a column.</summary>
    public static string Assigned(SqlColumn column, string from) => column.Ownership switch
    {
        { Owner: ColumnOwner.FillIfNull } => $"COALESCE(l.{column.Quoted}, {from}.{column.Quoted})",
        { IsConditional: true } =>
            $"CASE WHEN {from}.{column.TakesName} THEN {from}.{column.Quoted} ELSE l.{column.Quoted} END",
        _ => $"{from}.{column.Quoted}",
    };
}

/// <summary>Which of a stream's tables one is.</summary>
public enum SqlTableKind
{
    /// <summary>The live table, or a staging that becomes it by its name.</summary>
    Live,

    /// <summary>A batch's changes on their way into the live table.</summary>
    Changes,

    /// <summary>A staging that is compared with a live table.</summary>
    Difference,
}

/// <summary>What the engine writes beside the fields.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="SyncedAt">The batch's time.</param>
public sealed record RowStamp(string Run, DateTimeOffset SyncedAt);

/// <summary>What is to be done with one row of a batch.</summary>
public enum RowState : byte
{
    /// <summary>The table has no row of this key.</summary>
    New,

    /// <summary>The table has the row with other content.</summary>
    Changed,

    /// <summary>The table has the row as it was read.</summary>
    Unchanged,

    /// <summary>The source says that the record is gone.</summary>
    Deletion,

    /// <summary>The record exists but cannot be written; whatever row the live table has of its key stays.</summary>
    Kept,

    /// <summary>A later row of the batch has the same key.</summary>
    Passed,
}
