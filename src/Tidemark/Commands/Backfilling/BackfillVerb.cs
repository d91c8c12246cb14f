using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling.Backfilling;
using Tidemark.Engine.Times;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backfilling;

/// <summary><c>tidemark backfill</c>: ranges of time that are read again, window by window.</summary>
internal static class BackfillVerb
{
    public static Verb Create() => new("backfill", "Reads a range of time again, window by window; the place that syncs resume from stays.",
        "tidemark backfill start payments --from 2026-01-01 --to 2026-04-01", "tidemark backfill resume b-20261122-101530-0a1b2c")
    {
        Start(), List(), Show(), Resume(), Cancel(),
    };

    private static Verb Start()
    {
        var pipeline = new Argument<string>("pipeline") { Description = "Name of the pipeline." }.Offers(names => names.Pipelines);
        var from = new Option<string>("--from") { Description = "The first moment: a date or a time, or how long ago (90d).", HelpName = "TIME", Required = true };
        var to = new Option<string?>("--to") { Description = "The first moment that is not in the range; now where it is not given.", HelpName = "TIME" };
        var window = new Option<string>("--window") { Description = "The longest window that one run reads.", HelpName = "LENGTH", DefaultValueFactory = _ => "30d" };
        var streams = new Option<string?>("--streams") { Description = "Only these streams, with commas between.", HelpName = "NAMES" };
        var verb = new Verb("start", "Reads a range of time again, here and now, window by window.",
            "tidemark backfill start payments --from 2026-01-01 --to 2026-04-01", "tidemark backfill start payments --from 7d --window 1d --streams charges")
        {
            pipeline, from, to, window, streams,
        };
        verb.Watches();
        verb.Runs(async session =>
        {
            UsageCheck.Require(SpanText.TryParse(session.Get(window)!, out var length), "--window is a length of time, e.g. 12h or 7d.");
            var begin = Moment.Past("--from", session.Get(from)!, session.Clock);
            var end = session.Get(to) is { } typed ? Moment.Past("--to", typed, session.Clock) : session.Clock.GetUtcNow();
            var only = session.Get(streams) is { } names ? CommaList.Of(names) : [];
            return await session.AskAsync(
                async home => await CarryOutAsync(session, home, await home.Backfills.StartAsync(
                    new(session.Get(pipeline), begin, end) { Window = length!.Value, Streams = only }, session.Origin, session.Stop)),
                async server => Told(session, await server.PostAsync("backfills", new()
                {
                    ["pipeline"] = session.Get(pipeline),
                    ["from"] = UtcConverter.Text(begin),
                    ["to"] = UtcConverter.Text(end),
                    ["window"] = session.Get(window),
                    ["streams"] = new JsonArray([.. only.Select(name => (JsonNode)name)]),
                }, WireJson.Default.BackfillAnswer, session.Stop)));
        });
        return verb;
    }

    private static Verb List()
    {
        var pipeline = new Argument<string?>("pipeline") { Description = "Only backfills of this pipeline.", Arity = ArgumentArity.ZeroOrOne }.Offers(names => names.Pipelines);
        var limit = new Option<int>("--limit") { Description = "Number of backfills to list.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var verb = new Verb("list", "Lists the backfills, the latest first.", "tidemark backfill list", "tidemark backfill list payments") { pipeline, limit };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            var all = await session.AskAsync<IReadOnlyList<BackfillAnswer>>(
                async home => [.. (await home.Backfills.ListAsync(
                    session.Get(pipeline) is { } name ? [name] : [], before: null, session.Get(limit), session.Stop)).Select(BackfillAnswer.Of)],
                server => server.ListAsync(ServerClient.Path("backfills", ("pipeline", session.Get(pipeline))), session.Get(limit), WireJson.Default.BackfillAnswer, session.Stop));
            session.WriteList(all, WireJson.Default.BackfillAnswer, "There is no backfill yet.", shown => Table(session, shown).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Show()
    {
        var id = Id();
        var verb = new Verb("show", "Shows a backfill with the run of each window.", "tidemark backfill show b-20261122-101530-0a1b2c") { id };
        verb.Runs(async session => Told(session, await session.AskAsync(
            async home => BackfillAnswer.Of(await home.Backfills.GetAsync(session.Get(id), session.Stop)),
            server => server.GetAsync(PathOf(session.Get(id)), WireJson.Default.BackfillAnswer, session.Stop))));
        return verb;
    }

    private static Verb Resume()
    {
        var id = Id();
        var verb = new Verb("resume", "Goes on, here and now, with the first window that is not done.", "tidemark backfill resume b-20261122-101530-0a1b2c") { id };
        verb.Watches();
        verb.Runs(session => session.AskAsync(
            async home => await CarryOutAsync(session, home, await home.Backfills.ResumeAsync(session.Get(id), session.Stop)),
            async server => Told(session, await server.PostAsync($"{PathOf(session.Get(id))}/resume", null, WireJson.Default.BackfillAnswer, session.Stop))));
        return verb;
    }

    private static Verb Cancel()
    {
        var id = Id();
        var verb = new Verb("cancel", "Begins no further window; what is read stays.", "tidemark backfill cancel b-20261122-101530-0a1b2c") { id };
        verb.Runs(async session => Told(session, await session.AskAsync(
            async home => BackfillAnswer.Of(await home.Backfills.CancelAsync(session.Get(id), session.Stop)),
            server => server.PostAsync($"{PathOf(session.Get(id))}/cancel", null, WireJson.Default.BackfillAnswer, session.Stop))));
        return verb;
    }

    private static string PathOf(string id) => $"backfills/{ServerClient.Part(id)}";

    private static int Told(Session session, BackfillAnswer backfill)
    {
        Write(session, backfill);
        return ExitCode.Done;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the backfill." };

    /// <summary>Runs window after window, until all are done or one does not succeed.</summary>
    private static async Task<int> CarryOutAsync(Session session, Home home, Backfill backfill)
    {
        var code = ExitCode.Done;
        try
        {
            while (await home.Backfills.NextAsync(backfill.Id, session.Stop) is { } run)
            {
                var window = backfill.Windows.First(window => window.From == ((BackfillRun)run.Request).Range.From);
                session.Say($"window {window.Number} of {backfill.Windows.Count}: {Range(session, window.From, window.To)}");
                var result = await WatchedRun.WatchAsync(session, run.Pipeline, watch => home.CarryOutAsync(run, watch, session.Stop));
                if (result is null)
                {
                    session.Say($"A server carries it out: tidemark backfill show {backfill.Id}");
                    break;
                }

                code = WatchedRun.Reported(session, await WatchedRun.AnswerAsync(home, result));
                session.Stop.ThrowIfCancellationRequested();
            }

            return code;
        }
        finally
        {
            // However it ended: it can be resumed.
            Write(session, BackfillAnswer.Of(await home.Backfills.GetAsync(backfill.Id, CancellationToken.None)));
        }
    }

    private static void Write(Session session, BackfillAnswer backfill)
    {
        if (session.IsJson)
        {
            session.WriteJson(backfill, WireJson.Default.BackfillAnswer);
            return;
        }

        Windows(session, backfill).Write(session.Prose);
        session.Say($"{backfill.Backfill} of {Printable.Of(backfill.Pipeline)} ({Printable.Of(string.Join(", ", backfill.Streams))}): {EnumWord.Of(backfill.Status)}, {Progress(backfill)} windows");
        if (backfill.Status == BackfillStatus.Stopped) session.Say($"next: tidemark backfill resume {backfill.Backfill}");
    }

    private static FittingTable Windows(Session session, BackfillAnswer backfill)
    {
        var table = new FittingTable();
        table.Add("window", backfill.Windows.Select((_, at) => RunReport.Number(at + 1)), isNumber: true);
        table.Add("from", backfill.Windows.Select(window => session.LocalTime(window.From)), isWhole: true);
        table.Add("run", backfill.Windows.Select(window => window.Run ?? ""), rank: 1, isWhole: true);
        table.Add("stands", backfill.Windows.Select(window => window.Status is { } status ? RunJson.Word(status) : "waits"));
        return table;
    }

    private static FittingTable Table(Session session, IReadOnlyList<BackfillAnswer> all)
    {
        var table = new FittingTable();
        table.Add("backfill", all.Select(backfill => backfill.Backfill), isWhole: true);
        table.Add("pipeline", all.Select(backfill => backfill.Pipeline), rank: -1);
        table.Add("range", all.Select(backfill => Range(session, backfill.From, backfill.To)), wraps: true);
        table.Add("windows", all.Select(Progress), isNumber: true);
        table.Add("stands", all.Select(backfill => EnumWord.Of(backfill.Status)));
        return table;
    }

    private static string Progress(BackfillAnswer backfill) =>
        string.Create(CultureInfo.InvariantCulture, $"{backfill.Done} of {backfill.Windows.Count}");

    private static string Range(Session session, DateTimeOffset from, DateTimeOffset to) => $"{session.LocalTime(from)} to {session.LocalTime(to)}";
}
