using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
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
            var run = await choice.FindAsync(session, RunAct.Show);
            if (!session.IsJson) await DescribeAsync(session, run);
            WatchedRun.Write(session, run);
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task DescribeAsync(Session session, RunAnswer run)
    {
        session.Say($"{run.Run}, {(run.StartedAt is { } started ? $"started {session.LocalTime(started)}" : "queued")} by {Printable.Of(RunReport.Who(run, session.LocalTime))}"
            + (run.CancelRequested is true ? ", asked to stop" : ""));
        var steps = await session.AskAsync<IReadOnlyList<StepAnswer>>(
            async home => [.. (await home.History.StepsAsync(run.Run, session.Stop)).Select(StepAnswer.Of)],
            server => server.GetAllAsync($"runs/{run.Run}/steps", WireJson.Default.StepAnswer, session.Stop));
        if (steps.Count > 0) Steps(session, steps).Write(session.Prose);
    }

    // The step and how it came out stay; when it began goes first.
    private static FittingTable Steps(Session session, IReadOnlyList<StepAnswer> steps)
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
