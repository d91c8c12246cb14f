using System.Data;
using Npgsql;

namespace Tidemark.Connectors.Postgres;

/// <summary>A connection, and what works on it.</summary>
/// <param name="dialect">PostgreSQL's words.</param>
/// <param name="connection">The connection.</param>
/// <param name="process">Its process at the server, asked of the server: through a pooler, the connection was told another.</param>
internal sealed class PostgresLink(PostgresDialect dialect, NpgsqlConnection connection, int process) : IAsyncDisposable
{
    public int Process => process;

    public NpgsqlConnection Connection => connection;

    public PostgresBulk Bulk { get; } = new(dialect, connection);

    public PostgresRows Rows { get; } = new(connection);

    /// <summary>What the server shows it as; null for what the address says.</summary>
    public string? Name { get; private set; }

    public bool IsOpen => connection.FullState == ConnectionState.Open;

    /// <summary>Lets the server show it under a name, which no address has chosen.</summary>
    public async Task NameAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is null || name == Name) return;
        await using var command = new NpgsqlCommand("SELECT set_config('application_name', @name, false)", connection);
        command.Parameters.AddWithValue("name", name);
        await command.ExecuteNonQueryAsync(cancellationToken);
        Name = name;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
