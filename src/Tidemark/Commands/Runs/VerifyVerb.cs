using Spectre.Console;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark verify</c>: whether the rows that a run left are still what it left.</summary>
internal static class VerifyVerb
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var verb = choice.AddTo(new Verb("verify", "Checks that the rows a run wrote are unchanged, column by column.",
            "tidemark verify last", "tidemark verify 20261122-1015 --json"));
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var run = await choice.FindAsync(session, home, RunAct.LookAtRows);
            var pipeline = await home.Definitions.PipelineAsync(run.Pipeline, session.Stop);
            var verification = await session.WaitAsync("Reading the rows back", () => home.VerifyAsync(run, pipeline, session.Stop));
            var repair = verification.IsVerified ? null : NextCommand.In(new NextStep(NextAct.ReadEverything, verification.Pipeline));
            if (session.IsJson) session.WriteJson(VerificationAnswer.Of(verification, repair), WireJson.Default.VerificationAnswer);
            Write(session, verification);
            if (repair is not null) session.Say($"To read the records again and repair the rows: {repair.Command}");
            return verification.IsVerified ? ExitCode.Done : ExitCode.Failed;
        });
        return verb;
    }

    private static void Write(Session session, Verification verification)
    {
        foreach (var stream in verification.Streams) session.Say($"{Printable.Of(stream.Table)}: {Sentence(stream)}");
        var shown = Shown(verification).ToList();
        if (shown.Count > 0)
        {
            // Which value of which row stays; the values go on beneath.
            var table = new FittingTable();
            table.Add("table", shown.Select(each => each.Stream.Table), rank: 1);
            table.Add("key", shown.Select(each => Cut.Short(each.Row.Key)));
            table.Add("column", shown.Select(each => each.Difference.Column));
            table.Add("is", shown.Select(each => Cut.Short(each.Difference.Found ?? "null")), wraps: true);
            table.Add("the record says", shown.Select(each => Cut.Short(each.Difference.Recorded ?? "null")), wraps: true);
            table.Write(session.Prose);
        }

        session.Prose.MarkupLine(verification.IsVerified
            ? $"{verification.Run}: [green]verified[/]" : $"{verification.Run}: [red]differs[/] ({VerificationAnswer.DiffersCode})");
    }

    private static string Sentence(StreamVerification stream)
    {
        var facts = new List<string> { $"{RunReport.Number(stream.Rows)} rows read back" };
        if (stream.Differing > 0) facts.Add(stream.Differing == 1 ? "1 is not what its record says" : $"{RunReport.Number(stream.Differing)} are not what their record says");
        if (stream.Missing > 0) facts.Add(stream.Missing == 1 ? "1 is missing" : $"{RunReport.Number(stream.Missing)} are missing");
        if (stream is { Missing: 0, Checksums: { } sums } && sums.Left != sums.Found)
            facts.Add($"their checksum is not that of the {RunReport.Number(sums.Left.Rows)} rows the run left");
        if (stream.ChangedLater > 0) facts.Add($"changed by later runs: {RunReport.Number(stream.ChangedLater)}");
        if (stream.NotCompared > 0)
            facts.Add($"columns of {RunReport.Number(stream.NotCompared)} cannot be checked, since raw is not kept");
        if (stream.Checksums is null) facts.Add("the checksum does not show whether rows are missing");
        return string.Join("; ", facts);
    }

    private static IEnumerable<(StreamVerification Stream, ComparedRow Row, ColumnDifference Difference)> Shown(Verification verification) =>
        from stream in verification.Streams from row in stream.Shown from difference in row.Differences select (stream, row, difference);
}
