using System.Data.Common;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// Updates rows that stand in each other's way, as each has a value that must be unique and that another is to have: columns
/// that must be unique, and may be empty, are emptied first.
/// </summary>
internal static class SqlExchange
{
    /// <param name="connection">A connection with a transaction open.</param>
    /// <param name="update">Updates the live rows <c>l</c> of the numbers from <c>@low</c> to <c>@high</c>.</param>
    /// <param name="emptied">Quoted columns; none where nothing can be let go.</param>
    /// <param name="rows">What is emptied: <c>UPDATE …</c> up to the assignments, and from <c>FROM</c> on, for the same numbers.</param>
    /// <param name="numbers">Numbers of the rows.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    /// <param name="values">Other parameters of <paramref name="update"/>.</param>
    /// <returns>Rows that were updated.</returns>
    public static async Task<long> RunAsync(
        DbConnection connection, string update, IReadOnlyList<string> emptied, (string Update, string From) rows,
        IReadOnlyList<long> numbers, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        foreach (var number in emptied.Count == 0 ? [] : numbers)
        {
            await connection.ExecuteAsync(
                $"{rows.Update} SET {string.Join(", ", emptied.Select(column => $"{column} = NULL"))} {rows.From}", cancellationToken,
                ("low", number), ("high", number));
        }

        var done = 0L;
        foreach (var number in numbers)
            done += await connection.ExecuteAsync(update, cancellationToken, [.. values, ("low", number), ("high", number)]);
        return done;
    }
}
