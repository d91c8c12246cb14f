using System.Data.Common;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations.Writing;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>Compares a staging with its live table, row by row, and changes nothing.</summary>
internal sealed class SqlChanges(ISqlSession session, StreamTables tables)
{
    private readonly SqlTable _live = tables.Live;
    private readonly SqlTable _staged = tables.Target;
    private readonly List<SqlColumn> _columns =
        [.. tables.Live.LiveColumns.Where(column => column.Role == ColumnRole.Field)];

    /// <summary>Deletes, then updates, then adds; each in the order of the key.</summary>
    public async IAsyncEnumerable<RowChange> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var turn = await session.EnterAsync(cancellationToken);
        foreach (var (kind, sql) in Selects())
        {
            await using var command = SqlCommands.Command(session.Connection, sql);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) yield return Change(kind, reader);
        }
    }

    private IEnumerable<(ChangeKind Kind, string Sql)> Selects()
    {
        var differs = _staged.IsDifference ? """s."_op" = 1""" : "1 = 1";
        if (tables.Shape != StagingShape.Difference)
        {
            yield return (ChangeKind.Add, Select("s", Nothing, After, $"{_staged.Name} AS s WHERE {differs}"));
            yield break;
        }

        var match = _live.KeyMatch("l", "s");
        yield return (ChangeKind.Delete,
            Select("l", Before, Nothing, $"{_live.Name} AS l WHERE {SqlPublish.IsGone(_live, _staged)}"));
        yield return (ChangeKind.Update,
            Select("s", Before, Assigned, $"{_staged.Name} AS s JOIN {_live.Name} AS l ON {match} WHERE {differs}"));
        yield return (ChangeKind.Add,
            Select("s", Nothing, After,
                $"{_staged.Name} AS s WHERE {differs} AND NOT EXISTS (SELECT 1 FROM {_live.Name} AS l WHERE {match})"));
    }

    private string Select(string keyFrom, Func<SqlColumn, string> before, Func<SqlColumn, string> after, string from)
    {
        var key = string.Join(" || ', ' || ", _live.Key.Select(column => $"CAST({keyFrom}.{column.Quoted} AS text)"));
        var values = string.Concat(_columns.Select(column => $", {before(column)}, {after(column)}"));
        return $"SELECT {key}{values} FROM {from} ORDER BY {string.Join(", ", _live.Key.Select(column => $"{keyFrom}.{column.Quoted}"))}";
    }

    private string Before(SqlColumn column) => _live.Missing.Contains(column.Name) ? "NULL" : $"CAST(l.{column.Quoted} AS text)";

    private static string After(SqlColumn column) => $"CAST(s.{column.Quoted} AS text)";

    private static string Nothing(SqlColumn column) => "NULL";

    private string Assigned(SqlColumn column) => column.Ownership is { IsKept: true } && !_live.Missing.Contains(column.Name)
        ? Before(column) : $"CAST({(_live.Missing.Contains(column.Name) ? $"s.{column.Quoted}" : SqlTable.Assigned(column, "s"))} AS text)";

    private RowChange Change(ChangeKind kind, DbDataReader row)
    {
        var fields = new List<FieldChange>();
        for (var at = 0; at < _columns.Count; at++)
        {
            var before = Text((2 * at) + 1);
            var after = Text((2 * at) + 2);
            if (before != after) fields.Add(new FieldChange(_columns[at].Name, before, after));
        }

        return new RowChange(kind, row.GetString(0), fields);

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
