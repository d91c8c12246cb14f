using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark runs</c>: the latest runs, newest first.</summary>
internal static class RunsVerb
{
    // r-20261122-101530-0a1b2c: what comes before the time, and where the time ends.
    private const int IdPrefix = 2;
    private const int LeastOfId = 17;

    public static Verb Create()
    {
        var limit = new Option<int>("--limit")
        {
            Description = "Number of runs to list.",
            DefaultValueFactory = _ => 20,
            HelpName = "N",
        };
        var pipeline = new Option<string?>("--pipeline") { Description = "Only runs of this pipeline.", HelpName = "NAME" }.Offers(names => names.Pipelines);
        var status = new Option<string[]>("--status")
        {
            Description = $"Only runs in one of these states: {string.Join(", ", Enum.GetValues<RunStatus>().Select(RunJson.Word))}.",
            HelpName = "STATE",
            AllowMultipleArgumentsPerToken = true,
        };
        status.AcceptOnlyFromAmong([.. Enum.GetValues<RunStatus>().Select(RunJson.Word)]);
        var since = new Option<string?>("--since") { Description = "Only runs that began since: 90min, 24h, 7d, or a time as it is printed, such as 2026-11-22T18:00:00+01:00; without an offset, on this machine's clock.", HelpName = "TIME" };
        var verb = new Verb("runs", "Lists the latest runs.",
            "tidemark runs", "tidemark runs --pipeline payments --limit 5", "tidemark runs --status failed partial --since 24h")
        {
            limit, pipeline, status, since,
        };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            var (name, words) = (session.Get(pipeline), session.Get(status) ?? []);
            DateTimeOffset? from = session.Get(since) is { } typed ? Moment.Past("--since", typed, session.Clock) : null;
            (string, string?)[] query = [("pipeline", name), ("since", from is { } moment ? UtcConverter.Text(moment) : null), .. words.Select(word => ("status", (string?)word))];
            var runs = await session.AskAsync<IReadOnlyList<RunAnswer>>(
                async home => [.. (await home.Runs.ListAsync(session.Get(limit), new RunFilter
                {
                    Pipeline = name,
                    Statuses = [.. Enum.GetValues<RunStatus>().Where(known => words.Contains(RunJson.Word(known)))],
                    Since = from,
                }, session.Stop)).Select(RunAnswer.Of)],
                server => server.ListAsync(ServerClient.Path("runs", query), session.Get(limit), WireJson.Default.RunAnswer, session.Stop));
            if (runs.Count == 0 && name is not null)
            {
                await session.AskAsync(
                    async home => (await home.Definitions.PipelineAsync(name, session.Stop)).Name,
                    async server => (await server.GetAsync($"status/{ServerClient.Part(name)}", WireJson.Default.StatusAnswer, session.Stop)).Pipeline);
            }

            session.WriteList(
                [.. runs.Select(NextCommand.In)], WireJson.Default.RunAnswer, session.Has(status) || session.Has(since) ? "There are no such runs." : "There are no runs yet.",
                all => Table([.. all.Select(run => (run.ToResult(), run.StartedAt))], session.LocalTime).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    // Which, when and how it came out always stay, whole. The id gives way first, to a beginning of it that does as well; then the deleted, the
    // duration, the written, the read, what it was; then the pipeline's name is cut, and where that is not enough it goes.
    internal static FittingTable Table(IReadOnlyList<(RunResult Result, DateTimeOffset? StartedAt)> runs, Func<DateTimeOffset, string> time)
    {
        var table = new FittingTable();
        table.Add("run", runs.Select(run => run.Result.Run), isWhole: true, shortened: Beginnings([.. runs.Select(run => run.Result.Run)]));
        table.Add("pipeline", runs.Select(run => run.Result.Pipeline), rank: -1);
        table.Add("what", runs.Select(run => RunReport.What(run.Result)), rank: 1);
        table.Add("started", runs.Select(run => run.StartedAt is { } started ? time(started) : ""), isWhole: true);
        table.Add("time", runs.Select(run => RunReport.Seconds(run.Result.Seconds)), isNumber: true, rank: 4);
        table.Add("status", runs.Select(run => RunJson.Word(run.Result.Status)), isWhole: true, colour: RunReport.Colour);
        Add("read", stream => stream.Read, rank: 2);
        Add("written", stream => stream.Created + stream.Updated, rank: 3);
        Add("deleted", stream => stream.Deleted, rank: 5);
        return table;

        void Add(string name, Func<StreamFigures, long> value, int rank) =>
            table.Add(name, runs.Select(run => RunReport.Number(run.Result.Streams.Sum(value))), isNumber: true, rank);
    }

    /// <summary>The time in an id, and as much more of it as tells it from the others; every verb takes it for the id.</summary>
    private static IEnumerable<string> Beginnings(IReadOnlyList<string> ids) => ids.Select(id =>
    {
        var length = LeastOfId;
        while (length < id.Length && ids.Any(other => other != id && other.StartsWith(id[..length], StringComparison.Ordinal))) length++;
        return id[Math.Min(IdPrefix, id.Length)..Math.Min(length, id.Length)];
    });
}
