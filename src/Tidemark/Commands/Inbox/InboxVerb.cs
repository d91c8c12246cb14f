using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Commands.Remote;
using Tidemark.Commands.Runs;
using Tidemark.Engine.Runs;
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
            var path = ServerClient.Path("inbox", ("pipeline", session.Get(pipeline)), ("over", session.Get(over) ? "true" : null), ("search", session.Get(search)));
            var runs = await session.AskAsync<IReadOnlyList<InboxAnswer>>(
                async home => [.. (await home.Inbox.ListAsync(new()
                {
                    Pipelines = session.Get(pipeline) is { } name ? [name] : [],
                    IsOver = session.Get(over),
                    Search = session.Get(search),
                }, session.Get(limit), session.Stop)).Select(InboxAnswer.Of)],
                server => server.ListAsync(path, session.Get(limit), WireJson.Default.InboxAnswer, session.Stop));
            session.WriteList(
                runs, WireJson.Default.InboxAnswer, session.Get(over) ? "No failed run is over." : "No failed run waits for anybody.",
                all => Table(session, all, session.Get(over)).Write(session.Prose));
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
            var failed = await FindAsync(session, ids);
            var retries = await session.AskAsync<IReadOnlyList<Func<Task<RunAnswer>>>>(
                async home => [.. (await home.Requests.RetryFailuresAsync(failed, !session.Get(all), session.Stop))
                    .Select(retry => (Func<Task<RunAnswer>>)(() => WatchedRun.ShowAsync(session, home, retry.Request)))],
                async server => [.. (await server.PostForAllAsync(
                    "inbox/retry", new() { ["runs"] = Names(failed), ["all_streams"] = session.Get(all) }, WireJson.Default.RunAnswer, session.Stop))
                    .Select(run => (Func<Task<RunAnswer>>)(() => WatchedRun.ShowAsync(session, server, run)))]);
            if (retries.Count == 0) session.Say("Nothing is open of these runs.");
            var code = ExitCode.Done;
            foreach (var retry in retries)
            {
                var run = await retry();
                if (code == ExitCode.Done) code = ExitCode.Of(run);
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
            var failed = await FindAsync(session, ids);
            var settled = await session.AskAsync(
                async home => SettledRunsAnswer.Of(await home.Inbox.SettleAsync(failed, session.Get(note)!, session.Who, session.Stop)),
                server => server.PostAsync("inbox/settle", new() { ["runs"] = Names(failed), ["note"] = session.Get(note) }, WireJson.Default.SettledRunsAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(settled, WireJson.Default.SettledRunsAnswer);
            foreach (var run in settled.Settled) session.Say($"{run}: settled");
            foreach (var run in settled.Over) session.Say($"{run}: was over already");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Argument<string[]> Ids() =>
        new Argument<string[]>("id") { Description = "Ids of failed runs, or the beginnings of them.", Arity = ArgumentArity.OneOrMore }.Offers(names => names.Runs);

    private static async Task<IReadOnlyList<string>> FindAsync(Session session, Argument<string[]> ids)
    {
        var found = new List<string>();
        foreach (var id in session.Get(ids)) found.Add((await RunChoice.FindAsync(session, id)).Run);
        return found;
    }

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Select(name => (JsonNode)name)];

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
