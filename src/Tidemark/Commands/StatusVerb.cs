using System.CommandLine;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Times;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark status</c>: how every pipeline stands, first those that need a person.</summary>
internal static class StatusVerb
{
    public static Verb Create()
    {
        var name = new Argument<string?>("pipeline") { Description = "Name of a pipeline; all if absent.", Arity = ArgumentArity.ZeroOrOne }.Offers(names => names.Pipelines);
        var verb = new Verb("status", "Shows how every pipeline stands: what is proven, how old it is, and what waits for a person.",
            "tidemark status", "tidemark status payments --json") { name };
        verb.Runs(async session =>
        {
            var now = session.Clock.GetUtcNow();
            var all = await session.AskAsync<IReadOnlyList<StatusAnswer>>(
                async home => [.. (await home.StatusAsync(session.Get(name), session.Stop)).Select(status => StatusAnswer.Of(status, now))],
                async server => session.Get(name) is { } one
                    ? [await server.GetAsync($"status/{ServerClient.Part(one)}", WireJson.Default.StatusAnswer, session.Stop)]
                    : await server.ListAsync("status", int.MaxValue, WireJson.Default.StatusAnswer, session.Stop));
            session.WriteList(
                [.. all.Select(status => status with { Next = NextCommand.In(status.Next) })], WireJson.Default.StatusAnswer, "There are no pipelines yet.", shown => Write(session, shown, now));
            if (!session.IsJson && await HasOpenProposalAsync(session)) session.Say("An agent's proposal waits for a person: tidemark proposal list --status open");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Task<bool> HasOpenProposalAsync(Session session) => session.AskAsync(
        async home => (await home.Proposals.ListAsync(new() { Status = ProposalStatus.Open }, 1, session.Stop)).Count > 0,
        async server => (await server.ListAsync("proposals?status=open", 1, WireJson.Default.ProposalAnswer, session.Stop)).Count > 0);

    private static void Write(Session session, IReadOnlyList<StatusAnswer> all, DateTimeOffset now)
    {
        // How it stands and since when stay; of the last run its status goes first, then its id, then the number in quarantine.
        var table = new FittingTable();
        table.Add("pipeline", all.Select(status => status.Pipeline));
        table.Add("stands", all.Select(status => Word(status.Standing)), colour: Colour);
        table.Add("proven", all.Select(status => status.ProvenAt is { } at ? $"{session.LocalTime(at)} ({SpanText.Rounded(now - at)} ago)" : "never"),
            shortened: all.Select(status => status.ProvenAt is { } at ? SpanText.Rounded(now - at) + " ago" : "never"));
        // What seldom happens does not take room when it does not.
        if (all.Any(status => status.LateBy is not null)) table.Add("late", all.Select(status => status.LateBy is { } late ? SpanText.Rounded(TimeSpan.FromSeconds(late)) : ""), isWhole: true);
        if (all.Any(status => status.NextAt is not null || status.Paused is true))
        {
            table.Add("next", all.Select(status => status.NextAt is { } next ? session.LocalTime(next) : status.Paused is true ? "paused" : ""), rank: 1,
                shortened: all.Select(status => status.NextAt is { } next ? $"in {SpanText.Rounded(next - now)}" : status.Paused is true ? "paused" : ""));
        }

        table.Add("quarantine", all.Select(status => RunReport.Number(status.Quarantined)), isNumber: true, rank: 2);
        table.Add("last run", all.Select(status => status.LastRun ?? ""), rank: 3);
        table.Add("its status", all.Select(status => status.LastStatus is { } last ? RunJson.Word(last) : ""), rank: 4, colour: RunReport.Colour);
        table.Write(session.Prose);
        foreach (var status in all.Where(status => status.Due is not null || status.Next is not null))
        {
            session.Say($"{Printable.Of(status.Pipeline)}: {Printable.Of(status.Due ?? "It has not run yet.")}");
            if ((status.Next?.Command ?? status.Hint) is { } advice) session.Prose.WriteParagraph($"  {Printable.Of(advice)}", Color.Grey);
        }

        foreach (var status in all.Where(status => status.Undelivered > 0))
        {
            session.Say($"{Printable.Of(status.Pipeline)}: {(status.Undelivered is > 1 and var messages ? $"{RunReport.Number(messages)} messages" : "one message")} about it could not be delivered.");
            session.Prose.MarkupLine("  [grey]tidemark alert deliveries --state dead[/]");
        }
    }

    private static string Word(Standing standing) => standing switch
    {
        Standing.NeedsPerson => "needs a person",
        Standing.Late => "late",
        Standing.TryAgain => "try again",
        Standing.Never => "never run",
        Standing.Running => "running",
        _ => "proven",
    };

    private static Color Colour(string word) => word switch
    {
        "proven" => Color.Green,
        "needs a person" or "late" => Color.Red,
        "try again" => Color.Yellow,
        _ => Color.Blue,
    };
}
