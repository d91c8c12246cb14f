using System.Globalization;
using Tidemark.Engine.Destinations.Sql.Backups;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// Finds out what deleting rows of a table takes of others by their foreign keys: which rows the database would delete along, from table to
/// table, and which would refer to nothing. Nothing is deleted. Tables that the user may not read are left out.
/// </summary>
internal sealed class SqlCascades
{
    private readonly SqlDialect _dialect;
    private readonly ISqlSession _session;
    private readonly List<Member> _tables = [];
    private readonly List<(Member From, Member To, TableReference Key)> _keys = [];
    private readonly SqlName _doomed;

    private SqlCascades(SqlDialect dialect, ISqlSession session) =>
        (_dialect, _session, _doomed) = (dialect, session, new SqlName(dialect.TemporarySchema, "_tidemark_doomed"));

    /// <summary>Looks at the foreign keys that lead to a table; null where none takes anything along.</summary>
    public static async Task<SqlCascades?> OfAsync(
        SqlDialect dialect, ISqlSession session, SqlName live, CancellationToken cancellationToken)
    {
        var cascades = new SqlCascades(dialect, session);
        await cascades.MemberAsync(live, cancellationToken);
        for (var at = 0; at < cascades._tables.Count; at++)
        {
            var to = cascades._tables[at];
            foreach (var key in await session.Rows.ReferrersAsync(to.Name, cancellationToken))
            {
                if (key.OnDelete != ReferenceAction.Refuse) cascades._keys.Add((await cascades.MemberAsync(key.From, cancellationToken), to, key));
            }
        }

        return cascades._keys.Count == 0 ? null : cascades;
    }

    /// <param name="doom">Inserts the rows that are deleted, into a table, as values of <c>l</c>.</param>
    /// <param name="own">Condition on the rows <c>l</c> of a table that are deleted anyway; null for none.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task<IReadOnlyList<Cascade>> CountAsync(
        Func<string, string, Task> doom, Func<SqlName, string?> own, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            $"DROP TABLE IF EXISTS {_doomed}; CREATE TEMPORARY TABLE {SqlName.Column(_doomed.Name)} (part integer NOT NULL, id text NOT NULL, PRIMARY KEY (part, id))",
            cancellationToken);
        await doom($"{_doomed} (part, id)", $"0, {Identity("l", _tables[0])}");
        var first = await CountAsync($"SELECT count(*) FROM {_doomed}", cancellationToken);
        while (first > 0 && await SpreadAsync(own, cancellationToken) > 0) cancellationToken.ThrowIfCancellationRequested();
        var cascades = new List<Cascade>();
        foreach (var table in first == 0 ? [] : _tables)
        {
            var deletes = await CountAsync($"SELECT count(*) FROM {_doomed} WHERE part = {table.Part}", cancellationToken) - (table == _tables[0] ? first : 0);
            var emptied = 0L;
            foreach (var (_, to, key) in _keys.Where(key => key.From == table && key.Key.OnDelete == ReferenceAction.Empty))
                emptied += await CountAsync($"SELECT count(*) FROM {Referring(table, to, key, own)}", cancellationToken);
            if (deletes + emptied > 0)
                cascades.Add(new(table.Name.Name, await CountAsync($"SELECT count(*) FROM {table.Name}", cancellationToken), deletes, emptied));
        }

        await ExecuteAsync($"DROP TABLE {_doomed}", cancellationToken);
        return cascades;
    }

    /// <summary>Adds the rows that refer to those that are doomed already; how many there were.</summary>
    private async Task<long> SpreadAsync(Func<SqlName, string?> own, CancellationToken cancellationToken)
    {
        var added = 0L;
        foreach (var (from, to, key) in _keys.Where(key => key.Key.OnDelete == ReferenceAction.Cascade))
        {
            added += await _session.Connection.ExecuteAsync(
                $"INSERT INTO {_doomed} (part, id) SELECT {from.Part}, {Identity("l", from)} FROM {Referring(from, to, key, own)}", cancellationToken);
        }

        return added;
    }

    /// <summary>The rows <c>l</c> of a table that refer to doomed rows of another by a key, and are not doomed themselves.</summary>
    private string Referring(Member from, Member to, TableReference key, Func<SqlName, string?> own) =>
        $"""
        {from.Name} AS l WHERE EXISTS (
            SELECT 1 FROM {to.Name} AS p JOIN {_doomed} AS d ON d.part = {to.Part} AND d.id = {Identity("p", to)}
            WHERE {string.Join(" AND ", key.Columns.Select(column => $"l.{SqlName.Column(column.From)} = p.{SqlName.Column(column.To)}"))})
        AND NOT EXISTS (SELECT 1 FROM {_doomed} AS x WHERE x.part = {from.Part} AND x.id = {Identity("l", from)})
        {(own(from.Name) is { } gone ? $"AND NOT ({gone})" : "")}
        """;

    private string Identity(string alias, Member table) => _dialect.RowIdentity(alias, table.Key);

    private async Task<Member> MemberAsync(SqlName name, CancellationToken cancellationToken)
    {
        if (_tables.Find(table => _dialect.AreOne(table.Name, name)) is { } known) return known;
        var shape = await _session.Rows.DescribeAsync(name, cancellationToken);
        var member = new Member(name, _tables.Count.ToString(CultureInfo.InvariantCulture), shape?.Key ?? []);
        _tables.Add(member);
        return member;
    }

    private Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken) => _session.Connection.ExecuteAsync(sql, cancellationToken);

    private Task<long> CountAsync(string sql, CancellationToken cancellationToken) => _session.Connection.CountAsync(sql, cancellationToken);

    /// <summary>A table that foreign keys lead from or to.</summary>
    private sealed class Member(SqlName name, string part, IReadOnlyList<string> key)
    {
        public SqlName Name => name;

        public string Part => part;

        public IReadOnlyList<string> Key => key;
    }
}
