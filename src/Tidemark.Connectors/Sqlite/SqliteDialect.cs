using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Sqlite;

/// <summary>SQLite's limits and types. Source: https://www.sqlite.org/limits.html, https://www.sqlite.org/datatype3.html.</summary>
internal sealed class SqliteDialect : SqlDialect
{
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

    /// <summary>As bytes where it is text: the driver ends a text at its first NUL.</summary>
    public override string ReadBack(SqlColumn column) =>
        TypeOf(column.Type) == "TEXT" ? $"CAST({column.Quoted} AS BLOB)" : column.Quoted;

    /// <summary>By the affinity that a declared type gives a column: it must not change what is written.</summary>
    public override bool Accepts(string columnType, FieldType type)
    {
        var declared = columnType.ToUpperInvariant();
        if (declared.Length == 0 || declared.Contains("BLOB", StringComparison.Ordinal)) return true;
        var wanted = TypeOf(type);
        if (declared.Contains("INT", StringComparison.Ordinal)) return wanted == "INTEGER";
        if (declared.Contains("CHAR", StringComparison.Ordinal) || declared.Contains("CLOB", StringComparison.Ordinal)
            || declared.Contains("TEXT", StringComparison.Ordinal))
            return wanted == "TEXT";
        if (declared.Contains("REAL", StringComparison.Ordinal) || declared.Contains("FLOA", StringComparison.Ordinal)
            || declared.Contains("DOUB", StringComparison.Ordinal))
            return wanted == "REAL";
        // Affinity NUMERIC turns text that looks like a number into one; instants and days do not look like that.
        return type is FieldType.Int64 or FieldType.Boolean or FieldType.Float64 or FieldType.Timestamp or FieldType.Date;
    }

    public override Problem? Refuses(SqlTable table, RowBatch batch, int row) => null;

    public override Problem? RowProblem(DbException failure, string table) => SqliteErrors.RowProblem(failure, table);

    public override TidemarkException Explain(DbException failure) => SqliteErrors.Explain(failure);
}
