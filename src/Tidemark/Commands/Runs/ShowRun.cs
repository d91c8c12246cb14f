using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run show</c>: steps, figures, problems and receipt.</summary>
internal static class ShowRun
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var verb = choice.AddTo(new Verb("show", "Shows the steps, figures and receipt of a run.", "tidemark run show last"));
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var run = await choice.FindAsync(session, home, RunAct.Show);
            if (session.IsJson)
            {
                await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run)));
                return ExitCode.Done;
            }

            session.Say($"{run.Id}, started {session.LocalTime(run.StartedAt)} by {Printable.Of(RunReport.Who(run, session.LocalTime))}"
                + (run is { IsCancelRequested: true, Status: RunStatus.Running } ? ", asked to stop" : ""));
            var steps = await home.History.StepsAsync(run.Id, session.Stop);
            if (steps.Count > 0) Steps(session, steps).Write(session.Prose);
            RunReport.Write(session.Prose, run.Result);
            return ExitCode.Done;
        }, async (session, server) =>
        {
            WatchedRun.Write(session, await choice.FindAsync(session, server, RunAct.Show));
            return ExitCode.Done;
        });
        return verb;
    }

    // The step and how it came out stay; when it began goes first.
    private static FittingTable Steps(Session session, IReadOnlyList<RunStep> steps)
    {
        var now = session.Clock.GetUtcNow();
        var table = new FittingTable();
        table.Add("step", steps.Select(step => step.Name));
        table.Add("stream", steps.Select(step => step.Stream ?? ""));
        table.Add("status", steps.Select(step => step.Status.ToString().ToLowerInvariant()));
        table.Add("began", steps.Select(step => session.LocalTime(step.StartedAt)), rank: 1, isWhole: true);
        table.Add("time", steps.Select(step => RunReport.Seconds(((step.FinishedAt ?? now) - step.StartedAt).TotalSeconds)), isNumber: true);
        return table;
    }
}
