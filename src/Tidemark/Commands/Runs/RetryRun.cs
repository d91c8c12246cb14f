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
            var home = await session.OpenHomeAsync();
            return await WatchedRun.RunAsync(session, home, await home.Requests.RetryAsync((await choice.FindAsync(session, home, RunAct.Retry)).Id, session.Stop));
        }, async (session, server) => await WatchedRun.FollowAsync(
            session, server, await server.PostAsync($"runs/{(await choice.FindAsync(session, server, RunAct.Retry)).Run}/retry", null, WireJson.Default.RunAnswer, session.Stop)));
        return verb;
    }
}
