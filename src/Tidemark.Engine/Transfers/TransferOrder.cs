using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Engine.Transfers;

/// <summary>Tables in an order in which rows can be written: those first that others refer to, as far as there are no cycles.</summary>
public sealed class TransferOrder
{
    private readonly Dictionary<SqlName, int> _places;

    private TransferOrder(List<SqlName> tables)
    {
        Tables = tables;
        _places = tables.Index().ToDictionary(table => table.Item, table => table.Index);
    }

    public IReadOnlyList<SqlName> Tables { get; }

    /// <summary>Orders tables.</summary>
    /// <param name="references">The tables, each with those that it refers to. Others than the tables, and itself, do not count.</param>
    /// <param name="first">The tables that begin a cycle where there is a choice.</param>
    public static TransferOrder Of(IReadOnlyDictionary<SqlName, IReadOnlyList<SqlName>> references, IReadOnlySet<SqlName> first)
    {
        var graph = new Graph(references);
        var tables = new List<SqlName>(references.Count);
        while (tables.Count < references.Count) tables.Add(graph.Place(graph.Ready ?? graph.Cycle().OrderBy(table => first.Contains(table) ? 0 : 1)
            .ThenBy(graph.Missing).ThenByDescending(graph.Placed).ThenBy(table => table, ByName).First()));
        return new(tables);
    }

    /// <summary>Whether a table refers to one that is written with it or after it. False for a table that is not among these.</summary>
    public bool IsLate(SqlName table, SqlName to) => _places.TryGetValue(to, out var place) && place >= _places[table];

    private static IComparer<SqlName> ByName { get; } = Comparer<SqlName>.Create((left, right) =>
        string.CompareOrdinal(left.Schema, right.Schema) is var order and not 0 ? order : string.CompareOrdinal(left.Name, right.Name));

    private sealed class Graph
    {
        private readonly Dictionary<SqlName, HashSet<SqlName>> _missing = [];
        private readonly Dictionary<SqlName, int> _count = [];
        private readonly Dictionary<SqlName, List<SqlName>> _children = [];
        private readonly SortedSet<SqlName> _ready = new(ByName);

        public Graph(IReadOnlyDictionary<SqlName, IReadOnlyList<SqlName>> references)
        {
            foreach (var table in references.Keys) _children[table] = [];
            foreach (var (table, to) in references)
            {
                _missing[table] = [.. to.Where(other => other != table && references.ContainsKey(other))];
                _count[table] = _missing[table].Count;
                foreach (var parent in _missing[table]) _children[parent].Add(table);
                if (_missing[table].Count == 0) _ready.Add(table);
            }
        }

        /// <summary>The next table all of whose tables are placed; null where there is none.</summary>
        public SqlName? Ready => _ready.Count > 0 ? _ready.Min : null;

        public int Missing(SqlName table) => _missing[table].Count;

        public int Placed(SqlName table) => _count[table] - _missing[table].Count;

        public SqlName Place(SqlName table)
        {
            _ready.Remove(table);
            _missing.Remove(table);
            foreach (var child in _children[table].Where(_missing.ContainsKey))
            {
                if (_missing[child].Remove(table) && _missing[child].Count == 0) _ready.Add(child);
            }

            return table;
        }

        /// <summary>Tables that refer to each other, and to no others that are not placed.</summary>
        public HashSet<SqlName> Cycle()
        {
            var table = _missing.Keys.Min(ByName);
            while (true)
            {
                var above = Reach(table, other => _missing[other]);
                var below = Reach(table, other => _children[other].Where(_missing.ContainsKey));
                // What is above and not below is nearer to the top: from there it is tried again.
                if (above.IsSubsetOf(below)) return above;
                table = above.Except(below).Min(ByName);
            }
        }

        private static HashSet<SqlName> Reach(SqlName from, Func<SqlName, IEnumerable<SqlName>> next)
        {
            var reached = new HashSet<SqlName> { from };
            var open = new Queue<SqlName>(reached);
            while (open.TryDequeue(out var table))
            {
                foreach (var other in next(table).Where(reached.Add)) open.Enqueue(other);
            }

            return reached;
        }
    }
}
