using System.CommandLine;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark runs</c>: the latest runs, newest first.</summary>
internal static class RunsVerb
{
    public static Verb Create()
    {
        var limit = new Option<int>("--limit")
        {
            Description = "Number of runs to list.",
            DefaultValueFactory = _ => 20,
            HelpName = "N",
        };
        var pipeline = new Option<string?>("--pipeline") { Description = "Only runs of this pipeline.", HelpName = "NAME" };
        var status = new Option<string[]>("--status")
        {
            Description = $"Only runs in one of these states: {string.Join(", ", Enum.GetValues<RunStatus>().Select(RunJson.Word))}.",
            HelpName = "STATE",
            AllowMultipleArgumentsPerToken = true,
        };
        status.AcceptOnlyFromAmong([.. Enum.GetValues<RunStatus>().Select(RunJson.Word)]);
        var since = new Option<string?>("--since") { Description = "Only runs that began since: 90min, 24h, 7d, or a time such as 2026-11-22 18:00.", HelpName = "TIME" };
        var verb = new Verb("runs", "Lists the latest runs.",
            "tidemark runs", "tidemark runs --pipeline payments --limit 5", "tidemark runs --status failed partial --since 24h")
        {
            limit, pipeline, status, since,
        };
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(limit) >= 1, "--limit is at least 1.");
            var home = await session.OpenHomeAsync();
            var runs = await home.Runs.ListAsync(session.Get(limit), new RunFilter
            {
                Pipeline = session.Get(pipeline),
                Statuses = [.. Enum.GetValues<RunStatus>().Where(known => session.Get(status)?.Contains(RunJson.Word(known)) is true)],
                Since = session.Get(since) is { } typed ? Moment.Since(typed, session.Clock) : null,
            }, session.Stop);
            if (runs.Count == 0 && session.Get(pipeline) is { } name) await home.Definitions.PipelineAsync(name, session.Stop);
            if (session.IsJson)
            {
                foreach (var run in runs) await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run)));
            }
            else if (runs.Count == 0)
            {
                session.Say(session.Has(status) || session.Has(since) ? "There are no such runs." : "There are no runs yet.");
            }
            else
            {
                Table(runs, session.LocalTime).Write(session.Prose);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    internal static FittingTable Table(IReadOnlyList<RunRecord> runs, Func<DateTimeOffset, string> time)
    {
        var table = new FittingTable();
        table.Add("run", runs.Select(run => run.Id));
        table.Add("pipeline", runs.Select(run => run.Pipeline));
        table.Add("what", runs.Select(run => RunReport.What(run.Result)));
        table.Add("started", runs.Select(run => time(run.StartedAt)), rank: 4); // nearly the id once more
        table.Add("time", runs.Select(run => RunReport.Seconds(run.Result.Seconds)), isNumber: true, rank: 3);
        table.Add("status", runs.Select(run => RunJson.Word(run.Status)), colour: RunReport.Colour);
        Add("read", stream => stream.Read);
        Add("written", stream => stream.Created + stream.Updated, rank: 2);
        Add("deleted", stream => stream.Deleted, rank: 1);
        return table;

        void Add(string name, Func<StreamFigures, long> value, int rank = 0) =>
            table.Add(name, runs.Select(run => RunReport.Number(run.Result.Streams.Sum(value))), isNumber: true, rank);
    }
}
