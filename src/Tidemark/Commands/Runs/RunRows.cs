using System.CommandLine;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Destinations;
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
            var run = await choice.FindAsync(session, RunAct.LookAtRows);
            var (tables, rows) = await session.WaitAsync($"Looking for the rows of {run.Run}", () => session.AskAsync(
                async home =>
                {
                    var record = await home.Runs.FindAsync(run.Run, session.Stop);
                    return RowsAnswer.Of(record, await home.TouchedAsync(record, session.Get(stream), session.Get(limit), session.Stop));
                },
                server => server.GetAsync(
                    ServerClient.Path($"runs/{run.Run}/rows", ("stream", session.Get(stream)), ("limit", $"{session.Get(limit)}")), WireJson.Default.RowsAnswer, session.Stop)));
            if (session.IsJson)
            {
                foreach (var row in rows) session.WriteJson(row, WireJson.Default.TouchedRowAnswer);
                foreach (var table in tables) session.WriteJson(table, WireJson.Default.TouchedTableAnswer);
            }
            else
            {
                foreach (var table in tables) Write(session.Prose, table, [.. rows.Where(row => row.Table == table.Table)]);
            }

            if (tables.All(table => table.Untold.Count == 0 && Count(table) == 0)) session.Say($"{run.Run} changed no row.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Write(IAnsiConsole console, TouchedTableAnswer table, IReadOnlyList<TouchedRowAnswer> rows)
    {
        if (Count(table) == 0 && table.Untold.Count == 0) return;
        var counts = new[] { (table.Deleted, "deleted"), (table.Updated, "updated"), (table.Created, "created"), (table.Written, "written") }
            .Where(count => count.Item1 > 0).Select(count => $"{RunReport.Number(count.Item1)} {count.Item2}");
        console.MarkupLineInterpolated($"[grey]{Printable.Of(table.Table)}[/]  {string.Join(", ", counts.DefaultIfEmpty("no row"))}");
        foreach (var row in rows)
            PlanReport.WriteRow(console, KindOf(row.Change), row.Key, [.. row.Fields.Select(field => new FieldChange(field.Name, field.Before, field.After))], row.AfterKnown);
        var left = Count(table) - rows.Count;
        if (left > 0) console.MarkupLineInterpolated($"  [grey]and {RunReport.Number(left)} more; --limit N lists them[/]");
        foreach (var sentence in table.Untold) console.WriteParagraph($"  {Printable.Of(sentence)}", Color.Yellow);
    }

    private static long Count(TouchedTableAnswer table) => table.Created + table.Updated + table.Deleted + table.Written;

    private static ChangeKind? KindOf(RowDeed deed) => deed switch
    {
        RowDeed.Created => ChangeKind.Add,
        RowDeed.Updated => ChangeKind.Update,
        RowDeed.Deleted => ChangeKind.Delete,
        _ => null,
    };
}
