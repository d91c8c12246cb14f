using System.Collections.ObjectModel;
using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A table that rows of one stream are written to: the live one, its staging, or a batch's changes.</summary>
public sealed class SqlTable
{
    /// <param name="name">Its name.</param>
    /// <param name="plan">The stream's columns and policies.</param>
    /// <param name="kind">Kind of the table among the stream's tables.</param>
    /// <param name="adapted">Columns of the live table that are not as new ones would be; none by default.</param>
    public SqlTable(
        SqlName name, TablePlan plan, TableKind kind = TableKind.Live, IReadOnlyDictionary<string, TableColumn>? adapted = null)
    {
        (Name, Plan, Layout) = (name, plan, new RowLayout(plan, kind));
        Adapted = adapted ?? ReadOnlyDictionary<string, TableColumn>.Empty;
        Columns = [.. Layout.Columns.Select(column => new SqlColumn(column, Adapted.GetValueOrDefault(column.Name)))];
        Key = [.. Stream.KeyPositions.Select(position => Columns[position])];
    }

    public SqlName Name { get; }

    public TablePlan Plan { get; }

    /// <summary>What a row of it consists of.</summary>
    public RowLayout Layout { get; }

    public TableKind Kind => Layout.Kind;

    /// <summary>Columns that an application made, and that are not as new ones would be, by name.</summary>
    public IReadOnlyDictionary<string, TableColumn> Adapted { get; }

    /// <summary>Whether the database may take two keys for one that differ.</summary>
    public bool HasLooseKey => Key.Any(column => column.Stored?.Overlooks is not null);

    /// <summary>Columns that the table does not have yet, where it must not be touched until it is published.</summary>
    public IReadOnlySet<string> Missing { get; init; } = ReadOnlySet<string>.Empty;

    public StreamSchema Stream => Plan.Stream;

    /// <inheritdoc cref="RowLayout.IsDifference"/>
    public bool IsDifference => Layout.IsDifference;

    public IReadOnlyList<SqlColumn> Columns { get; }

    public IReadOnlyList<SqlColumn> Key { get; }

    /// <summary>The columns that a live table has too.</summary>
    public IEnumerable<SqlColumn> LiveColumns => Columns.Where(column => column.IsLive);

    /// <summary>Columns of a live table that an update may write.</summary>
    public IEnumerable<SqlColumn> UpdatedColumns => LiveColumns.Where(column =>
        !Stream.Key.Contains(column.Name) && column.Ownership is not { IsKept: true });

    /// <summary>The same, and a key of which the database overlooks something: its record may have changed just that.</summary>
    public IEnumerable<SqlColumn> AssignedColumns =>
        UpdatedColumns.Concat(Key.Where(column => column.Stored is { Overlooks: not null, IsCounted: false }));

    /// <summary>
    /// Columns whose values show whether a row is what its record says. Empty where the table lacks one of them, and so no row
    /// is.
    /// </summary>
    public IReadOnlyList<SqlColumn> SourceColumns => field ??= Columns.Any(column => column.IsSources && Missing.Contains(column.Name))
        ? [] : [.. Columns.Where(column => column.IsSources)];

    public string ColumnList => string.Join(", ", Columns.Select(column => column.Quoted));

    public string KeyList => string.Join(", ", Key.Select(column => column.Quoted));

    /// <summary>The parts of the key as text, for a select that <see cref="KeyIn"/> reads.</summary>
    public string KeyTexts(string alias) => string.Join(", ", Key.Select(column => $"CAST({alias}.{column.Quoted} AS text)"));

    /// <summary>The key as people see it, from a row that begins with <see cref="KeyTexts"/>.</summary>
    public string KeyIn(DbDataReader row) => CellText.OfKey([.. Key.Select((_, at) => row.GetString(at))]);

    /// <summary>SQL condition: Tidemark wrote the row, and it is not marked as deleted.</summary>
    public string IsPresent(string alias) => Missing.Contains(ColumnNames.Hash) ? "1 = 0"
        : $"""{alias}."_hash" IS NOT NULL{(MarksDeleted ? $" AND {alias}.\"_deleted_at\" IS NULL" : "")}""";

    /// <summary>Condition: Tidemark did not write the row of an alias.</summary>
    public string IsForeign(string alias) => Missing.Contains(ColumnNames.Hash) ? "1 = 1" : $"""{alias}."_hash" IS NULL""";

    /// <summary>A row's hash for comparing; null, which differs from all, where the row is marked as deleted.</summary>
    public string ComparedHash(string alias) => Missing.Contains(ColumnNames.Hash) ? "CAST(NULL AS bigint)"
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

    /// <summary>Whether the before image says "deleted" or only "updated" (a soft delete).</summary>
    public string Deletion => Plan.Deletes.IsSoft ? SqlBeforeImages.Updated : SqlBeforeImages.Deleted;

    /// <summary>A condition that two aliases name the same row, e.g. <c>l."id" = s."id"</c>.</summary>
    public string KeyMatch(string left, string right) =>
        string.Join(" AND ", Key.Select(column => $"{left}.{column.Quoted} = {right}.{column.Quoted}"));

    private bool MarksDeleted => Plan.Deletes.IsSoft && !Missing.Contains("_deleted_at");

    /// <summary>Assignments of what an update writes, whoever owns the columns; the live row's alias is <c>l</c>.</summary>
    public string Assignments(string from) =>
        string.Join(", ", AssignedColumns.Select(column => $"{column.Quoted} = {Assigned(column, from)}"));

    /// <summary>What an update gives a column.</summary>
    public static string Assigned(SqlColumn column, string from) => column.Ownership switch
    {
        { Owner: ColumnOwner.FillIfNull } => $"COALESCE(l.{column.Quoted}, {from}.{column.Quoted})",
        { IsConditional: true } =>
            $"CASE WHEN {from}.{column.TakesName} THEN {from}.{column.Quoted} ELSE l.{column.Quoted} END",
        _ => $"{from}.{column.Quoted}",
    };
}
