using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run rows</c>: the rows that a run created, changed or deleted, and how.</summary>
internal static class RunRows
{
    private const int DefaultRows = 100;

    public static Verb Create()
    {
        var choice = new RunChoice();
        var stream = new Option<string?>("--stream") { Description = "Only this stream.", HelpName = "NAME" };
        var limit = new Option<int>("--limit")
        {
            Description = "Number of rows to list; all are counted.",
            DefaultValueFactory = _ => DefaultRows,
            HelpName = "N",
        };
        var verb = choice.AddTo(new Verb(
            "rows", "Lists the rows that a run created, changed or deleted, with the columns before and after.",
            "tidemark run rows last", "tidemark run rows last --stream customers --limit 1000 --json")
        {
            stream, limit,
        });
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(limit) >= 0, "--limit is 0 or more.");
            var home = await session.OpenHomeAsync();
            var run = await choice.FindAsync(session, home, RunAct.LookAtRows);
            var tables = await session.WaitAsync(
                $"Looking for the rows of {run.Id}", () => home.TouchedAsync(run, session.Get(stream), session.Get(limit), session.Stop));
            if (session.IsJson)
            {
                foreach (var told in tables)
                {
                    foreach (var row in told.Table.Rows) session.WriteJson(TouchedRowAnswer.Of(run, told.Table, row), WireJson.Default.TouchedRowAnswer);
                }

                foreach (var told in tables) session.WriteJson(TouchedTableAnswer.Of(run, told), WireJson.Default.TouchedTableAnswer);
            }
            else
            {
                foreach (var told in tables) Write(session.Prose, told);
            }

            if (tables.All(told => told.Untold.Count == 0 && Count(told.Table) == 0)) session.Say($"{run.Id} changed no row.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Write(IAnsiConsole console, ToldTable told)
    {
        var table = told.Table;
        if (Count(table) == 0 && told.Untold.Count == 0) return;
        var counts = new[] { (table.Deleted, "deleted"), (table.Updated, "updated"), (table.Created, "created"), (table.Written, "written") }
            .Where(count => count.Item1 > 0).Select(count => $"{RunReport.Number(count.Item1)} {count.Item2}");
        console.MarkupLineInterpolated($"[grey]{Printable.Of(table.Table)}[/]  {string.Join(", ", counts.DefaultIfEmpty("no row"))}");
        foreach (var row in table.Rows) PlanReport.WriteRow(console, KindOf(row.Deed), row.Key, row.Fields, row.IsAfterKnown);
        var left = Count(table) - table.Rows.Count;
        if (left > 0) console.MarkupLineInterpolated($"  [grey]and {RunReport.Number(left)} more; --limit N lists them[/]");
        foreach (var sentence in told.Untold) console.MarkupLineInterpolated($"  [yellow]{Printable.Of(sentence)}[/]");
    }

    private static long Count(TouchedTable table) => table.Created + table.Updated + table.Deleted + table.Written;

    private static ChangeKind? KindOf(RowDeed deed) => deed switch
    {
        RowDeed.Created => ChangeKind.Add,
        RowDeed.Updated => ChangeKind.Update,
        RowDeed.Deleted => ChangeKind.Delete,
        _ => null,
    };
}
