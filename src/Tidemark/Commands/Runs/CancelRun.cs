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
            var chosen = await choice.FindAsync(session, RunAct.Cancel);
            var run = await session.AskAsync(
                async home => RunAnswer.Of(await home.Runs.RequestCancelAsync(chosen.Run, session.Stop)),
                server => server.PostAsync($"runs/{chosen.Run}/cancel", null, WireJson.Default.RunAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(NextCommand.In(run), WireJson.Default.RunAnswer);
            session.Say(run.Status == RunStatus.Running ? $"{run.Run} stops within seconds." : $"{run.Run} is cancelled.");
            return ExitCode.Done;
        });
        return verb;
    }
}
