using System.Data.Common;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>A foreign key.</summary>
/// <param name="From">The table that refers.</param>
/// <param name="Columns">Its columns, each with the one that it names.</param>
public sealed record TableReference(SqlName From, IReadOnlyList<(string From, string To)> Columns)
{
    /// <summary>What becomes of a row that refers to one which is deleted.</summary>
    public ReferenceAction OnDelete { get; init; }

    /// <summary>
    /// Foreign keys from a row a column: the key's id, the table's schema and name, the column and the one it names, the action
    /// in the words of SQL.
    /// </summary>
    public static async Task<IReadOnlyList<TableReference>> ReadAsync(DbDataReader rows, CancellationToken cancellationToken)
    {
        var columns = new List<(string Id, SqlName Table, string From, string To, string Action)>();
        while (await rows.ReadAsync(cancellationToken))
            columns.Add((rows.GetString(0), new SqlName(rows.GetString(1), rows.GetString(2)), rows.GetString(3), rows.GetString(4), rows.GetString(5)));
        return
        [
            .. columns.GroupBy(column => (column.Id, column.Table))
                .Select(key => new TableReference(key.Key.Table, [.. key.Select(column => (column.From, column.To))])
                {
                    OnDelete = key.First().Action switch
                    {
                        "CASCADE" => ReferenceAction.Cascade,
                        "SET NULL" or "SET DEFAULT" => ReferenceAction.Empty,
                        _ => ReferenceAction.Refuse,
                    },
                }),
        ];
    }
}

/// <summary>What becomes of a row that refers to one which is deleted.</summary>
public enum ReferenceAction
{
    /// <summary>It stays, and so does the other.</summary>
    Refuse,

    /// <summary>It is deleted too.</summary>
    Cascade,

    /// <summary>It stays, and refers to nothing or to a default.</summary>
    Empty,
}
