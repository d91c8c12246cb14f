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
            session.Say(run.Status == RunStatus.Running
                ? $"{run.Id} stops within seconds."
                : $"{run.Id} is cancelled.");
            return ExitCode.Done;
        }, async (session, server) =>
        {
            var run = await server.PostAsync($"runs/{(await choice.FindAsync(session, server, RunAct.Cancel)).Run}/cancel", null, WireJson.Default.RunAnswer, session.Stop);
            if (session.IsJson) session.WriteJson(run, WireJson.Default.RunAnswer);
            session.Say(run.Status == RunStatus.Running ? $"{run.Run} stops within seconds." : $"{run.Run} is cancelled.");
            return ExitCode.Done;
        });
        return verb;
    }
}
