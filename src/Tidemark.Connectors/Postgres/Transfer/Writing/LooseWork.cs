using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// What is to be done to a table without a key, whose rows are only created and deleted. Its list has the place of a live row, <c>live_table</c> and
/// <c>live</c>, and that of a new row, <c>new</c>. The key is the row itself.
/// </summary>
internal sealed class LooseWork(TargetTable target, SqlName rows, SqlName list, IReadOnlyList<string> columns) : TableWork(target, rows, list, columns)
{
    public override bool CanReplace => false;

    /// <summary>A row as text, exactly: null and empty are told apart.</summary>
    public static string TextOf(IEnumerable<string> columns, string alias) => $"ROW({string.Join(", ", columns.Select(column => $"{alias}.{column}"))})::text COLLATE \"C\"";

    public override string Match(string list, string live) => $"{list}.live_table = {live}.tableoid AND {list}.live = {live}.ctid";

    protected override string New(string list, string row) => $"{list}.new = {row}.ctid";

    protected override string KeyOf(string alias) => $"ARRAY[{TextOf(Columns, alias)}]";

    // Nothing but the statement itself knows which rows it has made.
    public override string Write(bool replaces, Images? images)
    {
        var insert =
            $"""
            INSERT INTO {Live} AS t ({string.Join(", ", Columns)}) OVERRIDING SYSTEM VALUE
            SELECT {string.Join(", ", Columns.Select(column => $"s.{column}"))} FROM {List} AS w JOIN {Rows} AS s ON {New("w", "s")} WHERE w.op = 'c'
            """;
        return images is null ? insert
            : $"WITH made AS ({insert} RETURNING {KeyOf("t")} AS key, (t.*)::text AS row) {images.Insert} SELECT {images.At}, 'c', m.key, NULL, m.row FROM made AS m";
    }

    public override string Keep(Images images) => $"{images.Insert} SELECT {images.At}, w.op, w.key, w.before, NULL FROM {List} AS w WHERE w.op = 'd'";
}
