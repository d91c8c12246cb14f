using System.Globalization;
using Spectre.Console;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>A run as people read it: figures a stream, receipt, what went wrong.</summary>
internal static class RunReport
{
    private const int WidthForTables = 100;

    public static void Write(IAnsiConsole console, RunResult run)
    {
        if (run.Streams.Count > 0) console.Write(Figures(run.Streams, console.Profile.Width >= WidthForTables));
        ErrorReport.WriteProblems(console, run.Problems);
        console.MarkupLine($"{Markup.Escape(Printable.Of(run.Pipeline))}: {Coloured(run.Status)} in {Seconds(run.Seconds)} "
            + $"[grey]({RunJson.Word(run.Mode)}, {Markup.Escape(run.Run)})[/]");
        if (run.Streams.Any(stream => stream.Receipt is not null)) console.MarkupLine(Receipt(run));
    }

    public static string Coloured(RunStatus status) => $"[{Colour(status)}]{RunJson.Word(status)}[/]";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Seconds(double seconds) => seconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {seconds % 60:00} s");

    public static Table Plain(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column, Color.Grey)).NoWrap());
        return table;
    }

    private static string Receipt(RunResult run)
    {
        var proven = run.Streams.Where(stream => stream.Receipt is { IsVerified: true }).ToList();
        var rows = Number(proven.Sum(stream => stream.Receipt!.Found.Rows));
        return run.IsVerified
            ? $"receipt: [green]verified[/], {rows} rows read back with the checksum of what was read"
            : $"receipt: [red]not verified[/], {proven.Count} of {run.Streams.Count} streams fit";
    }

    private static Table Figures(IReadOnlyList<StreamFigures> streams, bool withTables)
    {
        var columns = new List<(string Name, Func<StreamFigures, string> Value)>
        {
            ("stream", stream => Printable.Of(stream.Stream)),
            ("table", stream => Printable.Of(stream.Table)),
            ("read", stream => Number(stream.Read)),
            ("created", stream => Number(stream.Created)),
            ("updated", stream => Number(stream.Updated)),
            ("unchanged", stream => Number(stream.Unchanged)),
            ("deleted", stream => Number(stream.Deleted)),
            ("skipped", stream => Number(stream.Skipped)),
            ("quarantined", stream => Number(stream.Quarantined)),
            ("time", stream => Seconds(stream.Seconds)),
        };
        // What seldom happens does not take room when it does not.
        if (!withTables) columns.RemoveAll(column => column.Name == "table");
        if (streams.All(stream => stream.Skipped == 0)) columns.RemoveAll(column => column.Name == "skipped");
        if (streams.All(stream => stream.Quarantined == 0)) columns.RemoveAll(column => column.Name == "quarantined");

        var table = Plain([.. columns.Select(column => column.Name)]);
        foreach (var number in table.Columns.Skip(withTables ? 2 : 1)) number.RightAligned();
        foreach (var stream in streams) table.AddRow([.. columns.Select(column => new Text(column.Value(stream)))]);
        return table;
    }

    private static string Colour(RunStatus status) => status switch
    {
        RunStatus.Succeeded => "green",
        RunStatus.Partial or RunStatus.Parked => "yellow",
        RunStatus.Failed => "red",
        RunStatus.Cancelled => "grey",
        _ => "blue",
    };
}
