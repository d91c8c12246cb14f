using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run cancel</c>: asks a run to stop, wherever it runs.</summary>
internal static class CancelRun
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var verb = choice.AddTo(new Verb("cancel", "Cancels a run; a retry resumes from its checkpoint.",
            "tidemark run cancel last"));
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var run = await home.Runs.RequestCancelAsync((await choice.FindAsync(session, home, RunAct.Cancel)).Id, session.Stop);
            if (session.IsJson) await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run)));
            return Said(session, run.Id, run.Status);
        }, async (session, server) =>
        {
            var run = await server.PostAsync($"runs/{(await choice.FindAsync(session, server, RunAct.Cancel)).Run}/cancel", null, WireJson.Default.RunAnswer, session.Stop);
            if (session.IsJson) session.WriteJson(run, WireJson.Default.RunAnswer);
            return Said(session, run.Run, run.Status);
        });
        return verb;
    }

    private static int Said(Session session, string run, RunStatus status)
    {
        session.Say(status == RunStatus.Running ? $"{run} stops within seconds." : $"{run} is cancelled.");
        return ExitCode.Done;
    }
}
