using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>Tries a SQL database: makes a table, writes it and takes it back, and looks at the tables of a pipeline.</summary>
internal sealed class SqlTrial(ISqlDatabase database, ISqlSession session)
{
    private static readonly string[] Units = ["bytes", "kB", "MB", "GB", "TB"];

    private readonly List<Problem> _problems = [];
    private readonly List<KeyValuePair<string, string>> _facts = [];

    public async Task<DestinationTrial> RunAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken)
    {
        var hasWritten = await WriteAsync(cancellationToken);
        foreach (var table in tables)
            Look(table, await session.StateAsync(new SqlName(database.Dialect.Schema, table.Table), cancellationToken));
        if (session.Room() is var (taken, free))
        {
            _facts.Add(new("free on its disk", Size(free)));
            if (free < taken)
            {
                _problems.Add(new("destination.little_room", "disk", $"The database takes {Size(taken)}, and {Size(free)} are free: a full reading stages its tables once more.",
                    "Make room before a full reading or a refresh."));
            }
        }

        return new(hasWritten, _problems, _facts);
    }

    private async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        var name = new SqlName(database.Dialect.Schema, $"_tidemark_test_{Guid.NewGuid():N}");
        try
        {
            return await database.Dialect.ExplainedAsync(async () =>
            {
                await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
                await session.Connection.ExecuteAsync($"CREATE TABLE {name} (id bigint PRIMARY KEY)", cancellationToken);
                await session.Connection.ExecuteAsync($"INSERT INTO {name} (id) VALUES (1)", cancellationToken);
                await transaction.RollbackAsync(cancellationToken);
                return true;
            });
        }
        catch (TidemarkException refused)
        {
            _problems.Add(Problem.From(refused, "making and writing a table"));
            return false;
        }
    }

    private void Look(TablePlan table, SqlTableState? state)
    {
        var subject = $"table {table.Table}";
        if (state is null)
        {
            _facts.Add(new(subject, "not there yet; the first run makes it"));
            return;
        }

        if (state.Lacking.Count > 0)
        {
            _problems.Add(new("destination.permission", subject, $"The user has no right to {string.Join(", ", state.Lacking)} in it.",
                "Grant them, or let the user own the table."));
        }

        string?[] known =
        [
            state.Rows is { } rows ? string.Create(CultureInfo.InvariantCulture, $"about {rows:N0} rows") : null,
            state.Bytes is { } bytes ? Size(bytes) : null,
            state.CanAlter ? null : "not the user's own, so that no column can be added",
            state.LockedBy.Length > 0 ? $"locked just now.{state.LockedBy.TrimEnd('.')}" : null,
        ];
        _facts.Add(new(subject, string.Join(", ", known.OfType<string>().DefaultIfEmpty("there"))));
    }

    private static string Size(long bytes)
    {
        double amount = bytes;
        var unit = 0;
        for (; amount >= 1000 && unit < Units.Length - 1; unit++) amount /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {Units[unit]}");
    }
}
