using Spectre.Console;
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
            var run = await choice.FindAsync(session, home);
            if (session.IsJson)
            {
                await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run)));
                return ExitCode.Done;
            }

            session.Say($"{run.Id}, started {session.LocalTime(run.StartedAt)} by {Printable.Of(RunReport.Who(run.Origin))}"
                + (run is { IsCancelRequested: true, Status: RunStatus.Running } ? ", asked to stop" : ""));
            var steps = await home.History.StepsAsync(run.Id, session.Stop);
            if (steps.Count > 0) session.Prose.Write(Steps(steps, session.Clock.GetUtcNow()));
            RunReport.Write(session.Prose, run.Result);
            return ExitCode.Done;
        });
        return verb;
    }

    private static Table Steps(IReadOnlyList<RunStep> steps, DateTimeOffset now)
    {
        var table = RunReport.Plain("step", "stream", "status", "time");
        foreach (var step in steps)
        {
            var seconds = ((step.FinishedAt ?? now) - step.StartedAt).TotalSeconds;
            table.AddRow(
                new Text(step.Name), new Text(Printable.Of(step.Stream)),
                new Text(step.Status.ToString().ToLowerInvariant()), new Text(RunReport.Seconds(seconds)));
        }

        return table;
    }
}
