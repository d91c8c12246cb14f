using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run retry</c>: the same request once more.</summary>
internal static class RetryRun
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var verb = choice.AddTo(new Verb("retry", "Repeats a run, from its checkpoint.", "tidemark run retry last"));
        verb.Watches();
        verb.Runs(async session =>
        {
            var run = await choice.FindAsync(session, RunAct.Retry);
            return await WatchedRun.RunAsync(
                session, home => home.Requests.RetryAsync(run.Run, session.Stop),
                server => server.PostAsync($"runs/{run.Run}/retry", null, WireJson.Default.RunAnswer, session.Stop));
        });
        return verb;
    }
}
