using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark runs</c>: the latest runs, newest first.</summary>
internal static class RunsVerb
{
    public static Verb Create()
    {
        var limit = new Option<int>("--limit") { Description = "How many. Default 20.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var pipeline = new Option<string?>("--pipeline") { Description = "Only of this pipeline.", HelpName = "NAME" };
        var verb = new Verb("runs", "Lists the latest runs.", "tidemark runs", "tidemark runs --pipeline payments --limit 5")
        {
            limit, pipeline,
        };
        verb.Runs(async session =>
        {
            if (session.Get(limit) < 1) throw new TidemarkException(FailureKind.Usage, "usage.invalid", "--limit is at least 1.");
            var home = await session.OpenHomeAsync();
            var runs = await home.Runs.ListAsync(session.Get(limit), session.Get(pipeline), session.Stop);
            if (session.IsJson)
            {
                foreach (var run in runs) await session.Terminal.Output.WriteLineAsync(RunJson.Write(run.Result));
            }
            else if (runs.Count == 0)
            {
                session.Say("There are no runs yet.");
            }
            else
            {
                session.Prose.Write(Table(session, runs));
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static Table Table(Session session, IReadOnlyList<RunRecord> runs)
    {
        var table = RunReport.Plain("run", "pipeline", "started", "time", "status", "read", "written", "deleted");
        foreach (var number in table.Columns.Where((_, column) => column is 3 or >= 5)) number.RightAligned();
        foreach (var run in runs)
        {
            var streams = run.Result.Streams;
            table.AddRow(
                new Text(run.Id), new Text(Printable.Of(run.Pipeline)), new Text(session.LocalTime(run.StartedAt)),
                new Text(RunReport.Seconds(run.Result.Seconds)), new Markup(RunReport.Coloured(run.Status)),
                new Text(RunReport.Number(streams.Sum(stream => stream.Read))),
                new Text(RunReport.Number(streams.Sum(stream => stream.Created + stream.Updated))),
                new Text(RunReport.Number(streams.Sum(stream => stream.Deleted))));
        }

        return table;
    }
}
