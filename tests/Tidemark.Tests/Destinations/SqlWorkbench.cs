using System.Data.Common;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Sqlite;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Settings;

namespace Tidemark.Tests.Destinations;

/// <summary>A workbench whose database speaks SQL.</summary>
public abstract class SqlWorkbench : Workbench
{
    public abstract Task<DbConnection> ConnectAsync();

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>Rows as text: columns parted by a bar, null as an empty text.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(at =>
                Convert.ToString(reader.GetValue(at), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public override Task<IReadOnlyList<string>> RowsAsync(string table, params string[] columns) => RowsAsync(table, "", null, columns);

    public override Task<IReadOnlyList<string>> RowsAsync(string table, (string Column, object? Value) where, params string[] columns) =>
        RowsAsync(table, Condition(where), where.Value, columns);

    public override Task<int> CountAsync(string table) => CountAsync(table, "", null);

    public override Task<int> CountAsync(string table, (string Column, object? Value) where) => CountAsync(table, Condition(where), where.Value);

    public override Task ChangeByHandAsync(
        string table, (string Column, object? Value) where, params (string Column, object? Value)[] values) =>
        RunAsync($"UPDATE {Quoted(table)} SET {Assignments(values)}{Condition(where)}", [.. values.Select(each => each.Value), where.Value]);

    public override Task ChangeAllByHandAsync(string table, params (string Column, object? Value)[] values) =>
        RunAsync($"UPDATE {Quoted(table)} SET {Assignments(values)}", [.. values.Select(each => each.Value)]);

    public override Task InsertAsync(string table, params (string Column, object? Value)[] values) =>
        RunAsync(
            $"INSERT INTO {Quoted(table)} ({Listed(values.Select(each => each.Column))}) VALUES ({string.Join(", ", values.Select((_, at) => $"@v{at}"))})",
            [.. values.Select(each => each.Value)]);

    public override Task DeleteAsync(string table, (string Column, object? Value) where) =>
        RunAsync($"DELETE FROM {Quoted(table)}{Condition(where)}", [where.Value]);

    public override Task DeleteAllAsync(string table) => ExecuteAsync($"DELETE FROM {Quoted(table)}");

    public override Task DropAsync(string table) => ExecuteAsync($"DROP TABLE {Quoted(table)}");

    public override Task RenameAsync(string table, string name) => ExecuteAsync($"ALTER TABLE {Quoted(table)} RENAME TO {Quoted(name)}");

    public override Task AddColumnAsync(string table, string column) =>
        ExecuteAsync($"ALTER TABLE {Quoted(table)} ADD COLUMN {Quoted(column)} text");

    public override Task DropColumnAsync(string table, string column) =>
        ExecuteAsync($"ALTER TABLE {Quoted(table)} DROP COLUMN {Quoted(column)}");

    public override Task MakeUniqueAsync(string table, string column) =>
        ExecuteAsync($"CREATE UNIQUE INDEX {Quoted($"unique_{table}_{column}")} ON {Quoted(table)} ({Quoted(column)})");

    public override Task MakeTableAsync(string table, params string[] columns) => ExecuteAsync(
        $"CREATE TABLE {Quoted(table)} ({Quoted(columns[0])} text PRIMARY KEY{string.Concat(columns.Skip(1).Select(column => $", {Quoted(column)} text"))})");

    /// <summary>An expression that shows a column as text, losing nothing.</summary>
    protected abstract string Shown(string column);

    protected abstract DbParameter Parameter(string name, object? value);

    protected virtual string Text(DbDataReader reader, int column) =>
        Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture) ?? "";

    protected static string Quoted(string name) => SqlName.Column(name).ToString();

    private async Task<IReadOnlyList<string>> RowsAsync(string table, string condition, object? value, string[] columns)
    {
        if (columns.Length == 0) columns = [.. await ColumnsAsync(table)];
        var rows = await ReadAsync($"SELECT {string.Join(", ", columns.Select(Shown))} FROM {Quoted(table)}{condition}", [value]);
        return [.. rows.Order(Comparer<string[]>.Create(Compare)).Select(row => string.Join('|', row))];
    }

    private async Task<int> CountAsync(string table, string condition, object? value) =>
        int.Parse((await ReadAsync($"SELECT count(*) FROM {Quoted(table)}{condition}", [value])).Single().Single(), CultureInfo.InvariantCulture);

    private async Task<IEnumerable<string>> ColumnsAsync(string table)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {Quoted(table)} LIMIT 0";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    private async Task<List<string[]>> ReadAsync(string sql, object?[] values)
    {
        await using var connection = await ConnectAsync();
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string[]>();
        while (await reader.ReadAsync(Stop))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(at => Text(reader, at))]);
        }

        return rows;
    }

    private async Task RunAsync(string sql, object?[] values)
    {
        await using var connection = await ConnectAsync();
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private DbCommand Command(DbConnection connection, string sql, object?[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var at = 0; at < values.Length; at++)
        {
            var name = at == values.Length - 1 && sql.Contains("@where", StringComparison.Ordinal) ? "where" : $"v{at}";
            if (sql.Contains($"@{name}", StringComparison.Ordinal)) command.Parameters.Add(Parameter(name, values[at]));
        }

        return command;
    }

    private static string Condition((string Column, object? Value) where) =>
        where.Value is null ? $" WHERE {Quoted(where.Column)} IS NULL" : $" WHERE {Quoted(where.Column)} = @where";

    private static string Assignments((string Column, object? Value)[] values) =>
        string.Join(", ", values.Select((each, at) => $"{Quoted(each.Column)} = @v{at}"));

    private static string Listed(IEnumerable<string> columns) => string.Join(", ", columns.Select(Quoted));

    private static int Compare(string[]? left, string[]? right) => left!.Zip(right!, string.CompareOrdinal).FirstOrDefault(order => order != 0);
}

public sealed class PostgresWorkbench : SqlWorkbench
{
    public string Schema { get; } = "t_" + Guid.NewGuid().ToString("N");

    /// <summary>The port that runs reach the server by; what looks from outside takes the server's own.</summary>
    public int Port { get; set; } = new Uri(TestPostgres.Url).Port;

    /// <summary>The user that runs come as; what looks from outside is the server's own.</summary>
    public string User { get; init; } = new Uri(TestPostgres.Url).UserInfo;

    /// <summary>A database of its own, which ends with the workbench; null for the one that all tests use.</summary>
    public string? Database { get; init; }

    /// <summary>Type of new columns for JSON.</summary>
    public PostgresJson Json { get; set; }

    /// <summary>Whether Tidemark's own tables have a schema of their own.</summary>
    public bool IsApart { get; set; }

    /// <summary>More parameters of the destination's address.</summary>
    public string More { get; set; } = "";

    public override IDestination OpenDestination() =>
        new PostgresConnector().OpenDestination(
            BoundSettings.Of(new PostgresOptions { Url = new Secret($"{Address}?application_name={Schema}{More}"), Schema = Schema, Json = Json, OwnSchema = IsApart }),
            Clock);

    public override async Task<DbConnection> ConnectAsync() => await TestPostgres.ConnectAsync(Schema, Stop, Database);

    private Uri Address => new UriBuilder(TestPostgres.Url) { Port = Port, UserName = User, Path = Database ?? new Uri(TestPostgres.Url).AbsolutePath }.Uri;

    public override Task MakeLimitedTableAsync(string table, string number, int below) => ExecuteAsync(
        $"CREATE TABLE {Quoted(table)} (id text PRIMARY KEY, {Quoted(number)} bigint CONSTRAINT below CHECK ({Quoted(number)} < {below}))");

    public override Task LiftLimitAsync(string table) => ExecuteAsync($"ALTER TABLE {Quoted(table)} DROP CONSTRAINT below");

    protected override string Shown(string column) => $"CAST({Quoted(column)} AS text)";

    /// <summary>Sent as a literal would be: the column says of which type it is.</summary>
    protected override DbParameter Parameter(string name, object? value) => new NpgsqlParameter(name, NpgsqlDbType.Unknown)
    {
        Value = value is null ? DBNull.Value : Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>A workbench with a database of its own.</summary>
    public static async Task<PostgresWorkbench> OfOwnDatabaseAsync()
    {
        var name = "t_" + Guid.NewGuid().ToString("N");
        await OnServerAsync($"CREATE DATABASE {Quoted(name)}");
        return new PostgresWorkbench { Database = name };
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Database is null) await ExecuteAsync($"DROP SCHEMA IF EXISTS {Schema} CASCADE; DROP SCHEMA IF EXISTS {Schema}_tidemark CASCADE");
        else await OnServerAsync($"DROP DATABASE {Quoted(Database)} WITH (FORCE)");
        await base.DisposeAsync();
    }
}

public sealed class SqliteWorkbench : SqlWorkbench
{
    public string File => Path.Combine(Folder, "data.db");

    public override IDestination OpenDestination() =>
        new SqliteConnector().OpenDestination(BoundSettings.Of(new SqliteOptions { Path = File }), Clock);

    public override async Task<DbConnection> ConnectAsync()
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Stop);
        return connection;
    }

    /// <summary>By triggers: SQLite lets no constraint go without a new table.</summary>
    public override Task MakeLimitedTableAsync(string table, string number, int below) => ExecuteAsync(
        $"""
        CREATE TABLE {Quoted(table)} (id text PRIMARY KEY, {Quoted(number)} bigint);
        CREATE TRIGGER below_i BEFORE INSERT ON {Quoted(table)} WHEN NEW.{Quoted(number)} >= {below}
        BEGIN SELECT RAISE(ABORT, 'the number is too high'); END;
        CREATE TRIGGER below_u BEFORE UPDATE ON {Quoted(table)} WHEN NEW.{Quoted(number)} >= {below}
        BEGIN SELECT RAISE(ABORT, 'the number is too high'); END;
        """);

    public override Task LiftLimitAsync(string table) => ExecuteAsync("DROP TRIGGER below_i; DROP TRIGGER below_u");

    protected override string Shown(string column) => Quoted(column);

    /// <summary>Text by its bytes: the driver would end it at a NUL.</summary>
    protected override string Text(DbDataReader reader, int column) => reader.GetValue(column) is string
        ? System.Text.Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(column)) : base.Text(reader, column);

    protected override DbParameter Parameter(string name, object? value) => new Microsoft.Data.Sqlite.SqliteParameter(name, value ?? DBNull.Value);
}
