using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Sqlite;

/// <summary>SQLite's limits and types. Source: https://www.sqlite.org/limits.html, https://www.sqlite.org/datatype3.html.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    /// <summary>A function of the connection that gives the bytes of a text in UTF-8.</summary>
    public const string Utf8Function = "tidemark_utf8";

    private const int DeferredForeignKeys = 10;

    public override string Name => "sqlite";

    public override string Schema => "main";

    public override DestinationLimits Limits { get; } = new()
    {
        MaxColumns = 2000,
        MaxRecordBytes = 1_000_000_000,
        Publishing = Publishing.AllAtOnce,
    };

    public override StringComparer Names => StringComparer.OrdinalIgnoreCase;

    public override string CreateStaging => "CREATE TABLE";

    public override string TemporarySchema => "temp";

    public override string IndexTemporary(SqlName table, string columns) =>
        $"CREATE INDEX {table.Beside($"{table.Name}_key")} ON {SqlName.Column(table.Name)} ({columns})";

    public override string UniqueIndex(SqlName table, string name, string columns) =>
        $"CREATE UNIQUE INDEX {table.Beside(name)} ON {SqlName.Column(table.Name)} ({columns})";

    // Decimals are text here. A column of affinity INTEGER would make a number of every text that looks like one.
    public override IReadOnlyList<FieldType> Widenable { get; } = [FieldType.Decimal];

    // A primary key may hold nulls here.
    public override string SameKey => "IS";

    // As text, two real numbers would be the same that differ in the sixteenth digit, and so would 1 and '1'. The left
    // side's collation decides.
    public override string SameRow(IEnumerable<string> columns, string left, string right) => string.Join(" AND ", columns.Select(
        column => $"typeof({left}.{column}) = typeof({right}.{column}) AND {left}.{column} IS {right}.{column}"));

    /// <summary>The place in the schema, which a new name does not change.</summary>
    public override (string Expression, string Live) TableId(SqlName table) =>
        ("(SELECT CAST(rowid AS text) FROM sqlite_master WHERE type = 'table' AND name = @live COLLATE NOCASE)", table.Name);

    public override string SameValue(SqlColumn column, string left, string right) =>
        $"{left}.{column.Quoted} IS {right}.{column.Quoted} COLLATE BINARY";

    /// <remarks>https://www.sqlite.org/c3ref/c_dbstatus_options.html: above zero where a constraint is not resolved yet.</remarks>
    public override Task CheckDeferredAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        raw.sqlite3_db_status(((SqliteConnection)connection).Handle, DeferredForeignKeys, out var unresolved, out _, resetFlg: 0);
        return unresolved == 0 ? Task.CompletedTask
            : throw new SqliteException("FOREIGN KEY constraint failed", raw.SQLITE_CONSTRAINT, raw.SQLITE_CONSTRAINT_FOREIGNKEY);
    }

    /// <summary>Decimals are text: SQLite's own numbers would round them. Instants are ISO 8601 in UTC, which sorts.</summary>
    public override string TypeOf(FieldType type) => type switch
    {
        FieldType.Int64 or FieldType.Boolean => "INTEGER",
        FieldType.Float64 => "REAL",
        _ => "TEXT",
    };

    public override object Instant(DateTimeOffset instant) => CellText.OfInstant(instant);

    public override string JsonObject => "json_object";

    /// <summary>A reference stays within its schema, which cannot be named.</summary>
    public override string Reference(SqlName table) => SqlName.Column(table.Name).ToString();

    public override string ReadBack(SqlColumn column) => TypeOf(column.Type) == "TEXT" ? Bytes(column.Quoted) : column.Quoted;

    /// <summary>A text as bytes of UTF-8, whatever the file's encoding: the driver ends a text at its first NUL.</summary>
    /// <remarks>A cast gives the bytes that the file has. What reads a text of UTF-16 through the driver loses what is behind a NUL.</remarks>
    public static string Bytes(string text) =>
        $"CASE WHEN (SELECT encoding FROM pragma_encoding) = 'UTF-8' OR {text} = '' THEN CAST({text} AS BLOB) ELSE {Utf8Function}({text}) END";

    public override string Parameter(TableColumn column, int number) => string.Create(CultureInfo.InvariantCulture, $"?{number}");

    public override string Given(TableColumn column, string value) => column.Type.Equals("INTEGER", StringComparison.OrdinalIgnoreCase)
        ? value switch { "true" => "1", "false" => "0", _ => value } : value;

    public override string Contains(SqlName column, int number) => string.Create(CultureInfo.InvariantCulture, $"instr(CAST({column} AS text), ?{number}) > 0");

    public override bool Accepts(TableColumn column, FieldType type) => SqliteFit.Accepts(column, type);

    public override bool Keeps(TableColumn column, FieldType type) => SqliteFit.Keeps(column, type);

    public override bool CanHold(SqlTable table, RowBatch batch, int row) =>
        table.Adapted.Count == 0 || table.Key.All(column => Refuses(table, column, batch, row) is null);

    public override Problem? Refuses(SqlTable table, RowBatch batch, int row)
    {
        foreach (var column in table.Adapted.Count == 0 ? [] : table.Columns)
        {
            if (column.Role == ColumnRole.Field && Refuses(table, column, batch, row) is { } reason) return reason;
        }

        return null;
    }

    private static Problem? Refuses(SqlTable table, SqlColumn column, RowBatch batch, int row) => column.Stored is not { } there ? null
        : SqliteFit.Refuses(there, table.Stream.Fields[column.Position], batch, batch.Row(row)[column.Position]);

    /// <summary>By the key, as a table may have no row ids.</summary>
    public override string RowIdentity(string alias, IReadOnlyList<string> key) => key.Count == 0 ? $"CAST({alias}.rowid AS text)"
        : string.Join(" || ' ' || ", key.Select(part => $"quote({alias}.{SqlName.Column(part)})"));

    public override Problem? RowProblem(DbException failure, string table) => SqliteErrors.RowProblem(failure, table);

    public override Task<IReadOnlyList<string>> RefusedColumnsAsync(
        DbConnection connection, DbException failure, SqlName table, CancellationToken cancellationToken) =>
        SqliteConstraints.ColumnsAsync((SqliteConnection)connection, SqliteErrors.Sentence(failure), table, cancellationToken);

    public override TidemarkException Explain(DbException failure) => SqliteErrors.Explain(failure);
}
