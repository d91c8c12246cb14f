namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run retry</c>: the same request once more.</summary>
internal static class RetryRun
{
    public static Verb Create()
    {
        var id = RunVerb.Id();
        var verb = new Verb("retry", "Repeats a run, from its checkpoint.", "tidemark run retry last") { id };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            return await WatchedRun.RunAsync(session, home, await home.Requests.RetryAsync(session.Get(id), session.Stop));
        });
        return verb;
    }
}
