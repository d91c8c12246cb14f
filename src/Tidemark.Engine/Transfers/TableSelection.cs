using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Transfers;

/// <summary>The tables of a source that a policy means, with what it says of each. Whatever it names and the source does not have is a problem.</summary>
public sealed class TableSelection
{
    private const int MostNames = 10;

    private readonly List<Problem> _problems = [];
    private readonly List<string> _remarks = [];
    private readonly Dictionary<SqlName, string> _where = [];
    private readonly Dictionary<(SqlName Table, string Column), ColumnMask> _masks = [];

    private TableSelection(DatabaseShape source, TransferPolicy policy)
    {
        var named = Named(source, policy.Tables, "table", "Leave tables out to transfer all.");
        var excluded = Named(source, policy.Exclude, "excluded table", null);
        Tables = [.. source.Tables.Where(table => (policy.Tables.Count == 0 || named.Contains(table.Name)) && !excluded.Contains(table.Name))];
        LeaveOut(policy, table => table.IsForeign, "transfer.foreign_table", "other servers have them",
            "is a table of another server, or has a part that is: its rows are not here", "Transfer it from that server.");
        LeaveOut(policy, table => table.Extension is not null, "transfer.extension_table", "extensions fill them",
            "belongs to an extension, which fills it", "Create the extension in the target.");
        if (Tables.Count == 0 && _problems.Count == 0)
        {
            _problems.Add(new("transfer.no_tables", "tables",
                source.Tables.Count == 0 ? $"The database {source.Name} has no tables." : "No table is left to transfer.",
                source.Tables.Count == 0 ? "Check the address of the source, and what its user may see." : "Exclude fewer tables."));
        }

        foreach (var (name, condition) in policy.Where) Filter(source, name, condition);
        foreach (var (name, mask) in policy.Mask) Mask(source, name, mask);
    }

    /// <summary>The tables in the source's order.</summary>
    public IReadOnlyList<TableShape> Tables { get; private set; }

    /// <summary>The policy's own conditions.</summary>
    public IReadOnlyDictionary<SqlName, string> Where => _where;

    public IReadOnlyDictionary<(SqlName Table, string Column), ColumnMask> Masks => _masks;

    public IReadOnlyList<Problem> Problems => _problems;

    public IReadOnlyList<string> Remarks => _remarks;

    public static TableSelection Of(DatabaseShape source, TransferPolicy policy) => new(source, policy);

    private HashSet<SqlName> Named(DatabaseShape source, IReadOnlyList<string> patterns, string what, string? otherwise)
    {
        var named = new HashSet<SqlName>();
        foreach (var pattern in patterns)
        {
            var found = source.Tables.Where(table => TablePattern.Matches(pattern, table.Name)).Select(table => table.Name).ToList();
            named.UnionWith(found);
            if (found.Count == 0) Unknown(what, pattern, source.Tables, otherwise);
        }

        return named;
    }

    private void LeaveOut(TransferPolicy policy, Func<TableShape, bool> isOut, string code, string why, string refusal, string hint)
    {
        var left = Tables.Where(isOut).ToList();
        if (left.Count == 0) return;
        Tables = [.. Tables.Except(left)];
        var asked = left.Where(table => policy.Tables.Any(pattern => !TablePattern.IsWide(pattern) && TablePattern.Matches(pattern, table.Name))).ToList();
        foreach (var table in asked) _problems.Add(new(code, $"table {table.Label}", $"The table {table.Label} {refusal}.", hint));
        var silent = left.Except(asked).ToList();
        if (silent.Count > 0) _remarks.Add($"Left out, since {why}: {string.Join(", ", silent.Select(table => table.Label))}.");
    }

    private void Filter(DatabaseShape source, string name, string condition)
    {
        if (Find(source, "where", name) is not { } table) return;
        if (string.IsNullOrWhiteSpace(condition))
        {
            _problems.Add(new("transfer.filter_empty", $"where {name}", $"The condition of {name} is empty.", "Write an SQL condition, or take it out."));
            return;
        }

        // Written twice, with the schema and without.
        _where[table.Name] = _where.TryGetValue(table.Name, out var other) ? $"({other}\n) AND ({condition}\n)" : condition;
    }

    private void Mask(DatabaseShape source, string name, ColumnMask mask)
    {
        var splits = Enumerable.Range(0, name.Length).Where(at => name[at] == '.').Reverse().ToList();
        var owners = splits.Select(at => (Table: source.Tables.FirstOrDefault(table => TablePattern.Names(name[..at], table.Name)), Column: name[(at + 1)..]))
            .Where(owner => owner.Table is not null).ToList();
        if (owners.FirstOrDefault(owner => owner.Table!.Columns.Any(column => column.Name == owner.Column)) is { Table: { } table } found)
        {
            if (RequireChosen("mask", name, table)) _masks[(table.Name, found.Column)] = mask;
        }
        else if (owners is [{ Table: { } known, Column: var column }, ..])
        {
            _problems.Add(new("transfer.unknown_column", $"mask {name}", $"The table {known.Label} has no column {column}.",
                NearestName.Hint(column, known.Columns.Select(other => other.Name), MostNames)));
        }
        else if (splits.Count == 0)
        {
            _problems.Add(new("transfer.unknown_column", $"mask {name}", $"{name} names no column.", "Write table.column."));
        }
        else
        {
            Unknown("mask", name[..splits[0]], source.Tables, null);
        }
    }

    private TableShape? Find(DatabaseShape source, string what, string name)
    {
        if (source.Tables.FirstOrDefault(table => TablePattern.Names(name, table.Name)) is { } table) return RequireChosen(what, name, table) ? table : null;
        Unknown(what, name, source.Tables, null);
        return null;
    }

    private bool RequireChosen(string what, string name, TableShape table)
    {
        if (Tables.Contains(table)) return true;
        _problems.Add(new("transfer.unknown_table", $"{what} {name}", $"The table {table.Label} is not transferred, and has no {what}.",
            $"Add {table.Label} to the tables, or take this out."));
        return false;
    }

    private void Unknown(string what, string name, IEnumerable<TableShape> tables, string? otherwise)
    {
        var hint = NearestName.Hint(name, tables.Select(table => table.Label), MostNames);
        _problems.Add(new("transfer.unknown_table", $"{what} {name}",
            TablePattern.IsWide(name) ? $"No table of the source is named like {name}." : $"The source has no table {name}.",
            otherwise is null ? hint : $"{hint} {otherwise}"));
    }
}
