using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Inbox;

/// <summary><c>tidemark inbox</c>: the runs that failed and that nobody has dealt with yet.</summary>
internal static class InboxVerb
{
    public static Verb Create() => new("inbox", "Shows the runs that failed and that nobody has dealt with; retries or settles them.",
        "tidemark inbox list", "tidemark inbox settle 20261122-0200 --note \"the vendor was down for a day\"")
    {
        List(), Retry(), Settle(),
    };

    private static Verb List()
    {
        var pipeline = new Argument<string?>("pipeline") { Description = "Only runs of this pipeline.", Arity = ArgumentArity.ZeroOrOne }.Offers(names => names.Pipelines);
        var over = new Option<bool>("--over") { Description = "Runs that are over: what a later run did, or somebody settled." };
        var search = new Option<string?>("--search") { Description = "Only runs whose id, stream, code or message has this text.", HelpName = "TEXT" };
        var limit = new Option<int>("--limit") { Description = "Number of runs to list.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var verb = new Verb("list", "Lists the runs that failed and that nobody has dealt with, the latest first.", "tidemark inbox list", "tidemark inbox list payments --over")
        {
            pipeline, over, search, limit,
        };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            var home = await session.OpenHomeAsync();
            var runs = await home.Inbox.ListAsync(new()
            {
                Pipelines = session.Get(pipeline) is { } name ? [name] : [],
                IsOver = session.Get(over),
                Search = session.Get(search),
            }, session.Get(limit), session.Stop);
            Show(session, [.. runs.Select(InboxAnswer.Of)], session.Get(over));
            return ExitCode.Done;
        }, async (session, server) =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            var path = ServerClient.Path("inbox", ("pipeline", session.Get(pipeline)), ("over", session.Get(over) ? "true" : null), ("search", session.Get(search)));
            Show(session, await server.ListAsync(path, session.Get(limit), WireJson.Default.InboxAnswer, session.Stop), session.Get(over));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Retry()
    {
        var ids = Ids();
        var all = new Option<bool>("--all-streams") { Description = "Read the streams that did not fail too." };
        var verb = new Verb("retry", "Runs once more what failed: one run for those that ask for the same.",
            "tidemark inbox retry 20261122-0200", "tidemark inbox retry 20261121-0200 20261122-0200 --all-streams") { ids, all };
        verb.Watches();
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var retries = await home.Requests.RetryFailuresAsync(await FindAsync(session, home, ids), !session.Get(all), session.Stop);
            if (retries.Count == 0) session.Say("Nothing is open of these runs.");
            var code = ExitCode.Done;
            foreach (var (request, _) in retries)
            {
                var run = await WatchedRun.ShowAsync(session, home, request, session.Origin);
                if (code == ExitCode.Done) code = ExitCode.Of(run);
            }

            return code;
        }, async (session, server) =>
        {
            var started = await server.PostForAllAsync(
                "inbox/retry", new() { ["runs"] = await FindAsync(session, server, ids), ["all_streams"] = session.Get(all) }, WireJson.Default.RunAnswer, session.Stop);
            if (started.Count == 0) session.Say("Nothing is open of these runs.");
            var code = ExitCode.Done;
            foreach (var run in started)
            {
                var ended = await WatchedRun.FollowAsync(session, server, run);
                if (code == ExitCode.Done) code = ended;
            }

            return code;
        });
        return verb;
    }

    private static Verb Settle()
    {
        var ids = Ids();
        var note = new Option<string>("--note") { Description = "Why nothing more is due.", HelpName = "TEXT", Required = true };
        var verb = new Verb("settle", "Takes failed runs out of the inbox; the note and your name stay with them.",
            "tidemark inbox settle 20261122-0200 --note \"the vendor was down for a day\"") { ids, note };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var settled = await home.Inbox.SettleAsync(await FindAsync(session, home, ids), session.Get(note)!, session.Who, session.Stop);
            Show(session, SettledRunsAnswer.Of(settled));
            return ExitCode.Done;
        }, async (session, server) =>
        {
            Show(session, await server.PostAsync(
                "inbox/settle", new() { ["runs"] = await FindAsync(session, server, ids), ["note"] = session.Get(note) }, WireJson.Default.SettledRunsAnswer, session.Stop));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Show(Session session, IReadOnlyList<InboxAnswer> runs, bool isOver)
    {
        foreach (var run in session.IsJson ? runs : []) session.WriteJson(run, WireJson.Default.InboxAnswer);
        if (runs.Count == 0) session.Say(isOver ? "No failed run is over." : "No failed run waits for anybody.");
        else if (!session.IsJson) Table(session, runs, isOver).Write(session.Prose);
    }

    private static void Show(Session session, SettledRunsAnswer settled)
    {
        if (session.IsJson) session.WriteJson(settled, WireJson.Default.SettledRunsAnswer);
        foreach (var run in settled.Settled) session.Say($"{run}: settled");
        foreach (var run in settled.Over) session.Say($"{run}: was over already");
    }

    private static Argument<string[]> Ids() =>
        new Argument<string[]>("id") { Description = "Ids of failed runs, or the beginnings of them.", Arity = ArgumentArity.OneOrMore }.Offers(names => names.Runs);

    private static async Task<IReadOnlyList<string>> FindAsync(Session session, Home home, Argument<string[]> ids)
    {
        var found = new List<string>();
        foreach (var id in session.Get(ids)) found.Add((await home.Runs.FindAsync(id, session.Stop)).Id);
        return found;
    }

    private static async Task<JsonArray> FindAsync(Session session, ServerClient server, Argument<string[]> ids)
    {
        var found = new JsonArray();
        foreach (var id in session.Get(ids)) found.Add((JsonNode)(await server.GetAsync($"runs/{ServerClient.Part(id)}", WireJson.Default.RunAnswer, session.Stop)).Run);
        return found;
    }

    // Which run and why always stay.
    private static FittingTable Table(Session session, IReadOnlyList<InboxAnswer> runs, bool isOver)
    {
        var parts = runs.SelectMany(run => run.Parts.Where(part => isOver || part.OverAt is null).Select(part => (Run: run, Part: part))).ToList();
        var table = new FittingTable();
        table.Add("run", parts.Select(row => row.Run.Run), isWhole: true);
        table.Add("pipeline", parts.Select(row => row.Run.Pipeline), rank: 1);
        table.Add("stream", parts.Select(row => row.Part.Stream ?? "all"));
        table.Add("failed", parts.Select(row => session.LocalTime(row.Run.FailedAt)), rank: 2, isWhole: true);
        if (isOver) table.Add("over", parts.Select(row => Over(row.Part)), wraps: true);
        table.Add("why", parts.Select(row => $"{Printable.Of(row.Part.Message)} ({row.Part.Code})"), wraps: true);
        return table;
    }

    private static string Over(InboxPartAnswer part) => part switch
    {
        { OverBy: { } run } => $"by {run}",
        { Note: { } note } => $"settled by {Printable.Of(part.SettledBy ?? "nobody")}: {Printable.Of(note)}",
        _ => "",
    };
}
