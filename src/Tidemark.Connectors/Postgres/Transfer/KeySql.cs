using Npgsql;
using NpgsqlTypes;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>The rows of some keys in SQL: keys come as one array of texts for each part, on the alias <c>k</c>.</summary>
internal static class KeySql
{
    private const string Setting = "tidemark.key_";

    /// <summary>Names of the parts, with a comma between them.</summary>
    public static string Parts(TransferTable table) => string.Join(", ", table.Key.Select((_, part) => $"k{part}"));

    /// <summary>Condition: the row of <c>t</c> has the key <c>k</c>. Written so that an index on the key serves it.</summary>
    public static string Match(TransferTable table)
    {
        var sql = new TransferSql(table);
        return string.Join(" AND ", sql.Key.Select((name, part) => $"t.{name} = k.k{part}::{sql.KeyTypes[part]}"));
    }

    /// <summary>One part of keys, as a parameter.</summary>
    public static NpgsqlParameter Part(IReadOnlyList<RowKey> keys, int part) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = keys.Select(key => key.Parts[part]).ToArray() };

    /// <summary>
    /// Hands keys to a session, for <see cref="OfSettings"/>. COPY takes no parameters, and a transaction that only reads makes no tables: the values
    /// go into settings, which nothing reads as SQL.
    /// </summary>
    public static async Task SetAsync(NpgsqlConnection connection, TransferTable table, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken)
    {
        for (var part = 0; part < table.Key.Count; part++)
        {
            await using var set = new NpgsqlCommand($"SELECT set_config('{Setting}{part}', $1::text, TRUE)", connection) { Parameters = { Part(keys, part) } };
            await set.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The keys of <see cref="SetAsync"/>, for a FROM clause.</summary>
    public static string OfSettings(TransferTable table) =>
        $"unnest({string.Join(", ", table.Key.Select((_, part) => $"current_setting('{Setting}{part}')::text[]"))}) AS k ({Parts(table)})";
}
