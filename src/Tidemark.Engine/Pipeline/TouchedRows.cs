using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>The rows that a run changed in a table, and what can no longer be told of them.</summary>
/// <param name="Table">The rows.</param>
/// <param name="Untold">What cannot be told and why, a sentence each.</param>
public sealed record ToldTable(TouchedTable Table, IReadOnlyList<string> Untold);

/// <summary>Lists the rows that a run changed, from what the destination keeps. Changes nothing.</summary>
internal static class TouchedRows
{
    /// <param name="undoing">Where the run wrote.</param>
    /// <param name="run">The run.</param>
    /// <param name="stream">Only this stream; null for all.</param>
    /// <param name="limit">How many rows to list at most, over all tables; all are counted.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    public static async Task<IReadOnlyList<ToldTable>> OfAsync(
        IUndoing undoing, RunRecord run, string? stream, int limit, CancellationToken cancellationToken)
    {
        var told = new List<ToldTable>();
        foreach (var figures in run.Result.Streams.Where(figures => stream is null || figures.Stream == stream))
        {
            var query = new TouchedQuery(run.Pipeline, run.Id, figures.Stream, figures.Table, limit - told.Sum(each => each.Table.Rows.Count))
            {
                HasKept = figures.Updated + figures.Deleted > 0,
            };
            var table = await undoing.TouchedAsync(query, cancellationToken);
            told.Add(new(table, [.. Untold(table, figures)]));
        }

        return told;
    }

    private static IEnumerable<string> Untold(TouchedTable table, StreamFigures figures)
    {
        var written = figures.Created + figures.Updated;
        var missing = written - table.Created - table.Updated - table.Written;
        if (written + figures.Deleted == 0) yield break;
        if (!table.Exists)
        {
            yield return $"The table {table.Table} is no longer there.";
            yield break;
        }

        if (!table.IsKept)
            yield return "The rows as they were before the run are not kept, or no longer (undo_runs): which rows were created and which updated cannot be told, nor what they held.";
        if (missing > 0) yield return Count(missing, "that it created or updated", "later runs, or somebody by hand, have changed or deleted them since");
        if (figures.Deleted > table.Deleted) yield return Count(figures.Deleted - table.Deleted, "that it deleted", "they are not kept");
        if (table.HalfKnown > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"What it wrote into {Rows(table.HalfKnown)} cannot be told, as they have changed since; shown is what they held before.");
    }

    private static string Count(long rows, string which, string why) => $"{Rows(rows)} {which} cannot be told: {why}.";

    private static string Rows(long rows) => string.Create(CultureInfo.InvariantCulture, $"{rows:N0} {(rows == 1 ? "row" : "rows")}");
}
