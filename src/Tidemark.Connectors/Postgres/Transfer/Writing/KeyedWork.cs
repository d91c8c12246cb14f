using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>What is to be done to a table with a key. Its list has the key's parts too, <c>k0</c>, <c>k1</c>…, and <c>swaps</c>: whether a value changes that an
/// UPDATE may be unable to set.</summary>
internal sealed class KeyedWork(TargetTable target, SqlName rows, SqlName list, IReadOnlyList<string> columns, IReadOnlyList<string> key)
    : TableWork(target, rows, list, columns)
{
    private readonly IReadOnlyList<string> _key = [.. key.Select(name => SqlName.Column(name).ToString())];

    public override bool CanReplace => true;

    public override bool MustReplace => Target.Columns.Any(column => column.IsIdentityAlways && Columns.Contains(column.Quoted) && !_key.Contains(column.Quoted));

    /// <summary>The columns of the list that hold the key of a row.</summary>
    public static string Parts(IEnumerable<string> key, string alias) =>
        string.Join(", ", key.Select((part, at) => FormattableString.Invariant($"{alias}.{part} AS k{at}")));

    /// <summary>The key of a row as an array of texts.</summary>
    public static string Texts(IEnumerable<string> key, string alias) => $"ARRAY[{string.Join(", ", key.Select(part => $"{alias}.{part}::text"))}]";

    public override string Match(string list, string live) => string.Join(" AND ", _key.Select((part, at) => FormattableString.Invariant($"{list}.k{at} = {live}.{part}")));

    protected override string New(string list, string row) => Match(list, row);

    protected override string KeyOf(string alias) => Texts(_key, alias);

    public override string Write(bool replaces, Images? images)
    {
        // A value that must be unique is let go before another row takes it.
        var parts = new List<string>();
        if (Settable.Count > 0)
        {
            parts.Add($"""
                changed AS (
                    UPDATE {Live} AS t SET {string.Join(", ", Settable.Select(column => $"{column} = s.{column}"))}
                    FROM {List} AS w JOIN {Rows} AS s ON {New("w", "s")} WHERE w.op = 'u'{(replaces ? " AND NOT w.swaps" : "")} AND {Match("w", "t")} RETURNING 1)
                """);
        }

        if (replaces) parts.Add(Replace);
        var begun = replaces ? "replaced" : "changed";
        return $"""
            {(parts.Count > 0 ? $"WITH {string.Join(", ", parts)}" : "")}
            INSERT INTO {Live} AS t ({string.Join(", ", Columns)}) OVERRIDING SYSTEM VALUE
            SELECT {string.Join(", ", Columns.Select(column => $"s.{column}"))} FROM {List} AS w JOIN {Rows} AS s ON {New("w", "s")}
            WHERE w.op = 'c'{(parts.Count > 0 ? $" AND (SELECT count(*) FROM {begun}) >= 0" : "")}
            """;
    }

    public override string Keep(Images images) =>
        $"""
        {images.Insert} SELECT {images.At}, w.op, w.key, w.before, CASE WHEN w.op <> 'd' THEN (t.*)::text END
        FROM {List} AS w LEFT JOIN {Live} AS t ON {Match("w", "t")}
        """;

    // All rows are gone before the first one comes again: the count needs them all. What the new rows do not have is taken from the old ones.
    private string Replace
    {
        get
        {
            var stored = Target.Stored.Select(column => column.Quoted).ToList();
            return $"""
                gone AS MATERIALIZED (
                    DELETE FROM {Live} AS t USING {List} AS w WHERE w.op = 'u' AND w.swaps AND {Match("w", "t")}
                    {(Settable.Count > 0 ? "AND (SELECT count(*) FROM changed) >= 0" : "")} RETURNING t.*),
                replaced AS (
                    INSERT INTO {Live} AS t ({string.Join(", ", stored)}) OVERRIDING SYSTEM VALUE
                    SELECT {string.Join(", ", stored.Select(column => (Columns.Contains(column) ? "s." : "g.") + column))}
                    FROM gone AS g JOIN {Rows} AS s ON {string.Join(" AND ", _key.Select(part => $"g.{part} = s.{part}"))} CROSS JOIN (SELECT count(*) AS n FROM gone) AS all_gone
                    WHERE all_gone.n >= 0 RETURNING 1)
                """;
        }
    }

    /// <summary>The columns that an update may set.</summary>
    private List<string> Settable => [.. Target.Columns.Where(column => !column.IsIdentityAlways).Select(column => column.Quoted).Intersect(Columns)];
}
