using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Where a column's value comes from.</summary>
public enum SqlColumnRole
{
    /// <summary>A field of the stream.</summary>
    Field,

    /// <summary>The record as the vendor sent it.</summary>
    Raw,

    /// <summary>64-bit content hash; null in rows that an application made itself.</summary>
    Hash,

    /// <summary>Id of the run that last wrote the row.</summary>
    Run,

    /// <summary>When the row was last written.</summary>
    SyncedAt,

    /// <summary>In a staging that is compared with a live table: 1 where the row differs, 0 where it does not.</summary>
    Differs,
}

/// <param name="Name">Unquoted.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Role">Where the value comes from.</param>
/// <param name="Position">Position of the field in the stream; -1 for the engine's own columns.</param>
public sealed record SqlColumn(string Name, FieldType Type, SqlColumnRole Role, int Position)
{
    /// <summary>Quoted.</summary>
    public string Quoted { get; } = SqlName.Column(Name).ToString();
}

/// <summary>A table that rows of one stream are written to: the live one or its staging.</summary>
public sealed class SqlTable
{
    public SqlTable(SqlName name, StreamSchema stream, bool keepsRaw, bool isDifference = false)
    {
        Name = name;
        Stream = stream;
        KeepsRaw = keepsRaw;
        IsDifference = isDifference;
        List<SqlColumn> columns =
            [.. stream.Fields.Select((field, at) => new SqlColumn(field.Name, field.Type, SqlColumnRole.Field, at))];
        if (keepsRaw) columns.Add(new("raw", FieldType.Json, SqlColumnRole.Raw, -1));
        columns.Add(new("_hash", FieldType.Int64, SqlColumnRole.Hash, -1));
        columns.Add(new("_run", FieldType.Text, SqlColumnRole.Run, -1));
        columns.Add(new("_synced_at", FieldType.Timestamp, SqlColumnRole.SyncedAt, -1));
        if (isDifference) columns.Add(new("_op", FieldType.Int64, SqlColumnRole.Differs, -1));
        Columns = columns;
        Key = [.. stream.KeyPositions.Select(position => columns[position])];
        IsKeyColumn = [.. columns.Select(column => column.Role == SqlColumnRole.Field && stream.Key.Contains(column.Name))];
    }

    public SqlName Name { get; }

    public StreamSchema Stream { get; }

    public bool KeepsRaw { get; }

    /// <summary>True for a staging that holds only the key and the hash of rows that do not differ from the live ones.</summary>
    public bool IsDifference { get; }

    public IReadOnlyList<SqlColumn> Columns { get; }

    public IReadOnlyList<SqlColumn> Key { get; }

    /// <summary>Per column, whether it is part of the key.</summary>
    public IReadOnlyList<bool> IsKeyColumn { get; }

    /// <summary>The columns that a live table has too.</summary>
    public IEnumerable<SqlColumn> LiveColumns => Columns.Where(column => column.Role != SqlColumnRole.Differs);

    /// <summary>What a row has in a column; null for nothing. In a difference staging, rows that do not differ are bare.</summary>
    /// <param name="column">Position in <see cref="Columns"/>.</param>
    /// <param name="state">The row's.</param>
    public SqlColumnRole? Content(int column, RowState state) => Columns[column].Role switch
    {
        SqlColumnRole.Hash when state == RowState.Kept => null,
        SqlColumnRole.Hash => SqlColumnRole.Hash,
        SqlColumnRole.Differs => SqlColumnRole.Differs,
        SqlColumnRole.Field when IsKeyColumn[column] => SqlColumnRole.Field,
        var role => IsBare(state) ? null : role,
    };

    /// <summary>Whether a row of this state is written with its key (and, unless it is kept, its hash) alone.</summary>
    public bool IsBare(RowState state) => IsDifference && state is RowState.Unchanged or RowState.Kept;

    public string ColumnList => string.Join(", ", Columns.Select(column => column.Quoted));

    public string KeyList => string.Join(", ", Key.Select(column => column.Quoted));

    /// <summary>A condition that two aliases name the same row, e.g. <c>l."id" = s."id"</c>.</summary>
    public string KeyMatch(string left, string right) =>
        string.Join(" AND ", Key.Select(column => $"{left}.{column.Quoted} = {right}.{column.Quoted}"));

    /// <summary>Assignments of all columns that are not part of the key.</summary>
    public string Assignments(string from) =>
        string.Join(", ", LiveColumns
            .Where(column => !Stream.Key.Contains(column.Name))
            .Select(column => $"{column.Quoted} = {from}.{column.Quoted}"));
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
