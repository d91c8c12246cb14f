using Spectre.Console;
using Tidemark.Engine.Errors;
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
            var run = await choice.FindAsync(session, RunAct.LookAtRows);
            var verification = await session.WaitAsync("Reading the rows back", () => session.AskAsync(
                async home =>
                {
                    var pipeline = await home.Definitions.PipelineAsync(run.Pipeline, session.Stop);
                    var found = await home.VerifyAsync(await home.Runs.FindAsync(run.Run, session.Stop), pipeline, session.Stop);
                    return VerificationAnswer.Of(found, found.IsVerified ? null : new(NextAct.ReadEverything, found.Pipeline));
                },
                server => server.PostAsync($"runs/{run.Run}/verify", null, WireJson.Default.VerificationAnswer, session.Stop)));
            verification = verification with { Next = NextCommand.In(verification.Next) };
            if (session.IsJson) session.WriteJson(verification, WireJson.Default.VerificationAnswer);
            Write(session, verification);
            if (verification.Next is { Command: { } repair }) session.Say($"To read the records again and repair the rows: {repair}");
            return verification.Verified ? ExitCode.Done : ExitCode.Failed;
        });
        return verb;
    }

    private static void Write(Session session, VerificationAnswer verification)
    {
        foreach (var stream in verification.Streams) session.Say($"{Printable.Of(stream.Table)}: {Sentence(stream)}");
        if (verification.Differences is { Count: > 0 } shown)
        {
            // Which value of which row stays; the values go on beneath.
            var table = new FittingTable();
            table.Add("table", shown.Select(each => each.Table), rank: 1);
            table.Add("key", shown.Select(each => each.Key));
            table.Add("column", shown.Select(each => each.Column));
            table.Add("is", shown.Select(each => each.Found ?? "null"), wraps: true);
            table.Add("the record says", shown.Select(each => each.Recorded ?? "null"), wraps: true);
            table.Write(session.Prose);
        }

        session.Prose.MarkupLine(verification.Verified
            ? $"{verification.Run}: [green]verified[/]" : $"{verification.Run}: [red]differs[/] ({VerificationAnswer.DiffersCode})");
    }

    private static string Sentence(VerifiedStreamAnswer stream)
    {
        var facts = new List<string> { $"{RunReport.Number(stream.Rows)} rows read back" };
        if (stream.Differing > 0) facts.Add(stream.Differing == 1 ? "1 is not what its record says" : $"{RunReport.Number(stream.Differing)} are not what their record says");
        if (stream.Missing > 0) facts.Add(stream.Missing == 1 ? "1 is missing" : $"{RunReport.Number(stream.Missing)} are missing");
        if (stream is { Missing: 0, ChecksumFits: false, RowsLeft: { } left }) facts.Add($"their checksum is not that of the {RunReport.Number(left)} rows the run left");
        if (stream.ChangedLater > 0) facts.Add($"changed by later runs: {RunReport.Number(stream.ChangedLater)}");
        if (stream.NotCompared > 0)
            facts.Add($"columns of {RunReport.Number(stream.NotCompared)} cannot be checked, since raw is not kept");
        if (stream.ChecksumFits is null) facts.Add("the checksum does not show whether rows are missing");
        return string.Join("; ", facts);
    }
}
