using System.Data.Common;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>A foreign key.</summary>
/// <param name="From">The table that refers.</param>
/// <param name="Columns">Its columns, each with the one that it names.</param>
public sealed record TableReference(SqlName From, IReadOnlyList<(string From, string To)> Columns)
{
    /// <summary>Foreign keys from a row a column: the key's id, the table's schema and name, the column and the one it names.</summary>
    public static async Task<IReadOnlyList<TableReference>> ReadAsync(DbDataReader rows, CancellationToken cancellationToken)
    {
        var columns = new List<(string Id, SqlName Table, string From, string To)>();
        while (await rows.ReadAsync(cancellationToken))
            columns.Add((rows.GetString(0), new SqlName(rows.GetString(1), rows.GetString(2)), rows.GetString(3), rows.GetString(4)));
        return
        [
            .. columns.GroupBy(column => (column.Id, column.Table))
                .Select(key => new TableReference(key.Key.Table, [.. key.Select(column => (column.From, column.To))])),
        ];
    }
}
