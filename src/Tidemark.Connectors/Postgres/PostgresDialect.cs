using System.Data.Common;
using System.Globalization;
using Npgsql;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Postgres;

/// <summary>PostgreSQL's names, limits and types. Source: https://www.postgresql.org/docs/18/limits.html.</summary>
internal sealed class PostgresDialect(string schema, PostgresJson json, bool isApart = false) : SqlDialect
{
    /// <summary>Says who has held locks for as long as one is waited for.</summary>
    public Func<Task<string>> Holders { private get; init; } = () => Task.FromResult("");

    public override string Name => "postgres";

    public override string Schema => schema;

    public override string OwnSchema => isApart ? NameApart(schema) : schema;

    /// <summary>Name of the schema of the engine's own tables, where they have one.</summary>
    public static string NameApart(string schema) => ColumnNames.Shorten(schema, "_tidemark");

    public override string Move(SqlName from, SqlName to) => from.Schema == to.Schema ? base.Move(from, to)
        : $"ALTER TABLE {from} SET SCHEMA {SqlName.Column(to.Schema!)}; {base.Move(to.Beside(from.Name), to)}";

    // A name is cut beyond 63 bytes; a value may have one gigabyte.
    public override DestinationLimits Limits { get; } = new()
    {
        MaxColumns = 1600,
        MaxNameBytes = 63,
        MaxRecordBytes = (1 << 30) - 1,
        // A row has 8160 bytes; its header, a bit for each column and Tidemark's own columns take the rest.
        MaxRowBytes = 7_700,
        Publishing = Publishing.AllAtOnce,
    };

    public override string KeepingRows => "FOR SHARE";

    public override string CreateStaging => "CREATE UNLOGGED TABLE";

    public override string TemporarySchema => "pg_temp";

    public override string IndexTemporary(SqlName table, string columns) => $"CREATE INDEX ON {table} ({columns}); ANALYZE {table}";

    public override string UniqueIndex(SqlName table, string name, string columns) =>
        $"CREATE UNIQUE INDEX {SqlName.Column(name)} ON {table} ({columns})";

    // With the usual collation: compared with a column of another, that one decides.
    public override string ImageType(TableColumn column) => column.Holder;

    public override string Numbering(SqlName column) => $"{column} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public override string Retype(SqlName table, SqlName column, string type) =>
        $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type} USING CAST(CAST({column} AS text) AS {type})";

    public override IReadOnlyList<FieldType> Widenable { get; } = [FieldType.Decimal, FieldType.Boolean];

    public override (string Expression, string Live) TableId(SqlName table) =>
        ("CAST(CAST(to_regclass(@live) AS oid) AS text)", table.ToString());

    public override string SameValue(SqlColumn column, string left, string right) => column.Type switch
    {
        FieldType.Text or FieldType.Json =>
            $"CAST({left}.{column.Quoted} AS text) COLLATE \"C\" IS NOT DISTINCT FROM CAST({right}.{column.Quoted} AS text) COLLATE \"C\"",
        _ => $"{left}.{column.Quoted} IS NOT DISTINCT FROM {right}.{column.Quoted}",
    };

    public override Task CheckDeferredAsync(DbConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync(
        "SAVEPOINT tidemark_check; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO SAVEPOINT tidemark_check; RELEASE SAVEPOINT tidemark_check",
        cancellationToken);

    public override Task SettleDeferredAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);

    public override string InsertAsGiven => "OVERRIDING SYSTEM VALUE";

    public override string JsonObject => "json_build_object";

    // The rows and the checkpoint that speaks of them are lost together, and read again.
    public override string MayBeLost => "SET LOCAL synchronous_commit = off";

    public override string TypeOf(FieldType type) => type switch
    {
        FieldType.Text => "text",
        FieldType.Int64 => "bigint",
        FieldType.Decimal => "numeric",
        FieldType.Float64 => "double precision",
        FieldType.Boolean => "boolean",
        FieldType.Timestamp => "timestamp with time zone",
        FieldType.Date => "date",
        _ => json == PostgresJson.Jsonb ? "jsonb" : "json",
    };

    // To the letter, NUL escapes and huge numbers too; jsonb would refuse or change them.
    public override string RawType => "json";

    /// <summary>How a column of a live table, or of one that has its types, is written.</summary>
    public PostgresForm FormOf(SqlColumn column) => column switch
    {
        { Stored: PostgresColumn there } => there.Form,
        { Type: FieldType.Json, Role: ColumnRole.Field } when json == PostgresJson.Jsonb => PostgresForm.Jsonb,
        _ => PostgresForm.Other,
    };

    public override object Instant(DateTimeOffset instant) => instant.ToUniversalTime();

    /// <summary>Infinite times and those before our era have no such form; they stay as PostgreSQL writes them.</summary>
    public override string ReadBack(SqlColumn column) => column.Type switch
    {
        FieldType.Int64 or FieldType.Float64 or FieldType.Boolean => column.Quoted,
        FieldType.Timestamp => $"""
            CASE WHEN isfinite({column.Quoted}) AND {column.Quoted} >= TIMESTAMPTZ '0001-01-01 00:00:00+00'
            THEN to_char({column.Quoted} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE {column.Quoted}::text END
            """,
        FieldType.Date => $"""
            CASE WHEN isfinite({column.Quoted}) AND {column.Quoted} >= DATE '0001-01-01'
            THEN to_char({column.Quoted}, 'YYYY-MM-DD') ELSE {column.Quoted}::text END
            """,
        _ => $"{column.Quoted}::text",
    };

    public override string Parameter(TableColumn column, int number) => string.Create(CultureInfo.InvariantCulture, $"CAST(${number} AS {column.Holder})");

    public override string Contains(SqlName column, int number) => string.Create(CultureInfo.InvariantCulture, $"strpos(CAST({column} AS text), ${number}) > 0");

    public override bool Compares(TableColumn column) => column.Type != "json";

    public override bool Accepts(TableColumn column, FieldType type) => PostgresFit.Accepts(((PostgresColumn)column).Form, type);

    public override bool Keeps(TableColumn column, FieldType type) => PostgresFit.Keeps((PostgresColumn)column, type);

    public override bool CanHold(SqlTable table, RowBatch batch, int row) =>
        !MayRefuse(table, batch) || table.Key.All(column => Refuses(table, column, batch, row) is null);

    public override Problem? Refuses(SqlTable table, RowBatch batch, int row)
    {
        if (!MayRefuse(table, batch)) return null;
        foreach (var column in table.Columns)
        {
            if (column.Role == ColumnRole.Field && Refuses(table, column, batch, row) is { } reason) return reason;
        }

        return null;
    }

    private bool MayRefuse(SqlTable table, RowBatch batch) => batch.HasNul || table.Adapted.Count > 0 || json == PostgresJson.Jsonb;

    /// <summary>Text of PostgreSQL holds no NUL; JSON escapes it, so raw is not concerned.</summary>
    private Problem? Refuses(SqlTable table, SqlColumn column, RowBatch batch, int row)
    {
        var (cell, field) = (batch.Row(row)[column.Position], table.Stream.Fields[column.Position]);
        if (batch.HasNul && cell.Kind == CellKind.Bytes && batch.Bytes(cell).Contains((byte)0))
        {
            return new Problem(
                "postgres.nul_in_text", $"table {table.Name.Name}",
                $"The value of {field.Path} has a NUL character in it, which PostgreSQL's text cannot hold.");
        }

        var there = column.Stored as PostgresColumn
            ?? (FormOf(column) == PostgresForm.Jsonb ? new PostgresColumn(column.Name, "jsonb") { Form = PostgresForm.Jsonb } : null);
        return there is null ? null : PostgresFit.Refuses(there, field, batch, cell);
    }

    public override Problem? RowProblem(DbException failure, string table) => PostgresErrors.RowProblem(failure, table);

    public override async Task<IReadOnlyList<string>> RefusedColumnsAsync(
        DbConnection connection, DbException failure, SqlName table, CancellationToken cancellationToken) =>
        failure is PostgresException refused ? await PostgresConstraints.ColumnsAsync((NpgsqlConnection)connection, refused, table, cancellationToken) : [];

    public override TidemarkException Explain(DbException failure) => PostgresErrors.Explain(failure);

    public override async Task<TidemarkException> ExplainAsync(DbException failure) => PostgresErrors.Explain(
        failure, failure is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } ? await Holders() : "");

    public override TidemarkException? ExplainOther(InvalidOperationException failure) => PostgresErrors.ExplainOther(failure);

    public override string RowIdentity(string alias, IReadOnlyList<string> key) => $"CONCAT({alias}.tableoid, ' ', {alias}.ctid)";

    public override SqlName? KeyOf(SqlName table) => table.Beside(ColumnNames.Shorten(table.Name, "_pkey"));
}
