using System.Globalization;
using Spectre.Console;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>A run as people read it: figures a stream, receipt, what went wrong.</summary>
internal static class RunReport
{
    public static void Write(IAnsiConsole console, RunResult run)
    {
        run = NextCommand.In(run);
        if (run.Status != RunStatus.Planned && run.Streams.Count > 0) Figures(run.Streams).Write(console);
        // A finished run needs no plan: its figures say it all.
        if (run.Plan is { } plan && run.Status is RunStatus.Planned or RunStatus.Parked or RunStatus.Failed) PlanReport.Write(console, plan, canSave: run.Kind == RunKind.DryRun && plan.Streams.All(stream => stream.Digest.Length > 0));
        if (run.WouldPark) console.MarkupLine($"[{Colour("parked").ToMarkup()}]would park:[/]");
        foreach (var stream in run.Streams)
        {
            foreach (var remark in stream.Remarks) console.WriteParagraph($"  {Printable.Of(stream.Stream)}: {Printable.Of(remark)}", Color.Yellow);
        }

        ErrorReport.WriteProblems(console, run.Problems);
        var status = RunJson.Word(run.Status);
        console.MarkupLine(
            $"{Markup.Escape(Printable.Of(run.Pipeline))}: [{Colour(status).ToMarkup()}]{status}[/] "
            + $"in {Seconds(run.Seconds)} "
            + $"[grey]({Markup.Escape(Printable.Of(What(run, withWhich: true)))}, {Markup.Escape(run.Run)})[/]");
        if (run.Streams.Any(stream => stream.Receipt is not null)) console.MarkupLine(Receipt(run));
        if (run.Refresh is { Backup: { } backup })
            console.MarkupLineInterpolated($"[grey]backup before it: {Printable.Of(backup.Name)}, {Number(backup.Rows)} rows, verified ({Printable.Of(backup.Path)})[/]");
        if (run.Waits is { } waits)
        {
            console.MarkupLineInterpolated(waits.For is { } now
                ? (FormattableString)$"[yellow]waits, {Seconds(waits.Seconds)} so far{Retries(waits.Retries)}: {Printable.Of(now)}[/]"
                : $"[grey]waited {Seconds(waits.Seconds)}{Retries(waits.Retries)}[/]");
        }

        if (RunOutcome.Of(run) is not { } outcome) return;
        console.WriteLine(Printable.Of(outcome.State));
        // A problem's hint may end with the same command.
        if (run.Next is { Command: { } command } && !run.Problems.Any(problem => problem.Hint?.EndsWith(command, StringComparison.Ordinal) is true))
            console.WriteLine($"next: {Printable.Of(command)}");
    }

    /// <summary>What a run is: the mode of a sync, else its kind.</summary>
    /// <param name="run">The run.</param>
    /// <param name="withWhich">Whether to name the run or backup that it is about, where it is about one.</param>
    public static string What(RunResult run, bool withWhich = false) => run.Kind switch
    {
        RunKind.Sync => RunJson.Word(run.Mode),
        RunKind.DryRun => "dry run",
        RunKind.Undo or RunKind.Restore or RunKind.Approve when withWhich => $"{RunJson.Word(run.Kind)} of {run.About}",
        var kind => RunJson.Word(kind),
    };

    /// <summary>Who and what started a run, e.g. <c>command (ada)</c>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="time">Shows a moment.</param>
    public static string Who(RunAnswer run, Func<DateTimeOffset, string> time) => run.Trigger
        + (run.Actor is { } actor ? $" ({actor})" : "")
        + (run.ApprovedBy is { } person ? $", approved by {person}" : "")
        + (run.DueAt is { } due ? $", due {time(due)}" : "")
        + (run.Missed is { } missed ? run.ToResult().IsSkipped ? $" and {Number(missed)} times before" : $", makes up for {Number(missed)} missed" : "");

    /// <summary>Colour of a status, by its word.</summary>
    public static Color Colour(string status) => status switch
    {
        "succeeded" or "planned" => Color.Green,
        "partial" or "parked" => Color.Yellow,
        "failed" => Color.Red,
        "cancelled" => Color.Grey,
        _ => Color.Blue,
    };

    private static string Retries(long retries) => retries switch
    {
        0 => "",
        1 => ", 1 retry",
        _ => $", {Number(retries)} retries",
    };

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>0.4 s</c>, <c>2 min 05 s</c> or <c>3 h 05 min</c>.</summary>
    public static string Seconds(double seconds)
    {
        // A clock that was set back makes no time run backwards.
        if (seconds < 59.95) return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, seconds):0.0} s");
        var span = TimeSpan.FromSeconds(Math.Round(seconds));
        return span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalHours):0} h {span.Minutes:00} min");
    }

    private static string Receipt(RunResult run)
    {
        var proven = run.Streams.Where(stream => stream.Receipt is { IsVerified: true }).ToList();
        var rows = Number(proven.Sum(stream => stream.Receipt!.Found.Rows));
        return run.IsVerified
            ? $"receipt: [green]verified[/], {rows} rows read back with the checksum of what was read"
            : $"receipt: [red]not verified[/], {proven.Count} of {run.Streams.Count} streams fit";
    }

    // The table's name goes first, then the time, then what seldom happens, then what is unchanged.
    private static FittingTable Figures(IReadOnlyList<StreamFigures> streams)
    {
        var table = new FittingTable();
        table.Add("stream", streams.Select(stream => stream.Stream));
        table.Add("table", streams.Select(stream => stream.Table), rank: 9);
        Add("read", stream => stream.Read);
        Add("created", stream => stream.Created);
        Add("updated", stream => stream.Updated);
        Add("unchanged", stream => stream.Unchanged, rank: 5);
        Add("deleted", stream => stream.Deleted);
        // What seldom happens does not take room when it does not.
        if (streams.Any(stream => stream.Skipped > 0)) Add("skipped", stream => stream.Skipped, rank: 7);
        if (streams.Any(stream => stream.Quarantined > 0)) Add("quarantined", stream => stream.Quarantined);
        if (streams.Any(stream => stream.WrittenBack > 0)) Add("written back", stream => stream.WrittenBack, rank: 6);
        table.Add("time", streams.Select(stream => Seconds(stream.Seconds)), isNumber: true, rank: 8);
        return table;

        void Add(string name, Func<StreamFigures, long> value, int rank = 0) =>
            table.Add(name, streams.Select(stream => Number(value(stream))), isNumber: true, rank);
    }
}
