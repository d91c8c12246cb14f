using System.Data.Common;
using System.Globalization;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>The few ways in which statements are sent.</summary>
public static class SqlCommands
{
    public static async Task<long> ExecuteAsync(
        this DbConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first column of the first row as a number; 0 for null or no row.</summary>
    public static async Task<long> CountAsync(
        this DbConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        var value = await command.ExecuteScalarAsync(cancellationToken);
        return value is null or DBNull ? 0 : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }

    /// <summary>Checksum of rows; the select gives hashes in a column <c>_hash</c>.</summary>
    public static async Task<Checksum> ChecksumAsync(
        this DbConnection connection, string hashes, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(connection, $"SELECT {ChecksumColumns("h")} FROM ({hashes}) AS h", parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return ReadChecksum(reader);
    }

    /// <summary>Count and the sums of the halves of <c>_hash</c>, for <see cref="ReadChecksum"/>.</summary>
    public static string ChecksumColumns(string alias) =>
        $"""count({alias}."_hash"), coalesce(sum({alias}."_hash" & 4294967295), 0), coalesce(sum({alias}."_hash" >> 32), 0)""";

    public static Checksum ReadChecksum(DbDataReader row) =>
        new(Number(row, 0), Number(row, 1), Number(row, 2));

    /// <summary>
    /// Expressions joined by an operator that may be grouped at will. Grouped by halves, many of them stay within the depth that a
    /// database allows, and none is copied once for each that follows.
    /// </summary>
    public static string Joined(IReadOnlyList<string> parts, string by) => Joined([.. parts], by);

    private static string Joined(ReadOnlySpan<string> parts, string by) => parts.Length == 1 ? parts[0]
        : $"({Joined(parts[..(parts.Length / 2)], by)} {by} {Joined(parts[(parts.Length / 2)..], by)})";

    public static DbCommand Command(DbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0; // a run is cancelled by its token; a large table takes the time it takes
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static long Number(DbDataReader row, int column) =>
        Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);
}
