using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// Lets foreign keys wait until all tables are written, where no order of the tables does without: in a circle of tables, and where a row that goes is
/// referred to by one that is about to change. Those that can be deferred are; of others the server is told, for this transaction, that they can
/// be, which needs no reading of the table. A key that would take rows along, or that refuses at once, is dropped and made again.
/// </summary>
/// <remarks>https://www.postgresql.org/docs/18/sql-altertable.html, ALTER CONSTRAINT. Readers of a table wait from then on until the commit.</remarks>
internal sealed class ForeignKeyRelief(NpgsqlConnection connection, IReadOnlyList<TableWork> works, IReadOnlyList<TargetReference> references)
{
    private readonly List<TargetReference> _deferred = [];
    private readonly List<TargetReference> _dropped = [];

    /// <param name="replacing">Tables of which rows are deleted to be inserted again.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task BeginAsync(IReadOnlySet<TableWork> replacing, CancellationToken cancellationToken)
    {
        _deferred.Clear();
        _dropped.Clear();
        foreach (var reference in references)
        {
            var loses = await LosesAsync(reference, replacing, cancellationToken);
            if (loses && !reference.TakesNoAction) _dropped.Add(reference);
            else if (!reference.IsDeferrable && (loses || await IsBackwardAsync(reference, cancellationToken))) _deferred.Add(reference);
        }

        foreach (var reference in _dropped) await AlterAsync(reference, $"DROP CONSTRAINT {Quoted(reference)}", cancellationToken);
        foreach (var reference in _deferred) await AlterAsync(reference, $"ALTER CONSTRAINT {Quoted(reference)} DEFERRABLE INITIALLY DEFERRED", cancellationToken);
    }

    /// <summary>Makes them as they were. Nothing may be deferred any more.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (var reference in _deferred) await AlterAsync(reference, $"ALTER CONSTRAINT {Quoted(reference)} NOT DEFERRABLE", cancellationToken);
        foreach (var reference in _dropped)
        {
            // A partitioned table takes only keys that are proven at once.
            var isLater = reference.IsProven && !reference.IsPartitioned;
            await AlterAsync(reference, $"ADD CONSTRAINT {Quoted(reference)} {reference.Definition}{(isLater ? " NOT VALID" : "")}", cancellationToken);
            if (isLater) await AlterAsync(reference, $"VALIDATE CONSTRAINT {Quoted(reference)}", cancellationToken);
            if (reference.Comment is { } comment)
                await connection.ExecuteAsync($"COMMENT ON CONSTRAINT {Quoted(reference)} ON {reference.From} IS {comment}", cancellationToken);
        }
    }

    /// <summary>Whether a row that is deleted is referred to by one that stays, or that is deleted later.</summary>
    private async Task<bool> LosesAsync(TargetReference reference, IReadOnlySet<TableWork> replacing, CancellationToken cancellationToken)
    {
        if (works.FirstOrDefault(work => work.Target.Id == reference.ToRoot) is not { } to) return false;
        var from = works.FirstOrDefault(work => work.Target.Id == reference.FromRoot);
        var refers = $"FROM {reference.To} AS p JOIN {reference.From} AS c ON {reference.Joins("c", "p")} WHERE";
        // What the server takes along of tables that are not written is its answer to the deletion, and is reported.
        return (from is not null && await AnyAsync(
                $"{refers} {to.Has("p", "'d'")}{(IsAfter(to, from) ? "" : $" AND NOT {from.Has("c", "'d'")}")}", cancellationToken))
            // Without an action, the server looks once the row is there again.
            || (!reference.TakesNoAction && replacing.Contains(to) && await AnyAsync(
                $"{refers} EXISTS (SELECT 1 FROM {to.List} AS w WHERE w.op = 'u' AND w.swaps AND {to.Match("w", "p")})", cancellationToken));
    }

    /// <summary>Whether rows are written that refer to those of a table that is written later.</summary>
    private async Task<bool> IsBackwardAsync(TargetReference reference, CancellationToken cancellationToken) =>
        works.FirstOrDefault(work => work.Target.Id == reference.FromRoot) is { } from && works.FirstOrDefault(work => work.Target.Id == reference.ToRoot) is { } to
        && IsAfter(to, from) && await AnyAsync($"FROM {from.List} AS w WHERE w.op IN ('c', 'u')", cancellationToken);

    private bool IsAfter(TableWork one, TableWork other) => works.TakeWhile(work => work != one).Contains(other);

    private async Task<bool> AnyAsync(string from, CancellationToken cancellationToken) =>
        await connection.CountAsync($"SELECT count(*) FROM (SELECT 1 {from} LIMIT 1) AS x", cancellationToken) > 0;

    private Task<long> AlterAsync(TargetReference reference, string how, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"ALTER TABLE {reference.From} {how}", cancellationToken);

    private static SqlName Quoted(TargetReference reference) => SqlName.Column(reference.Name);
}
