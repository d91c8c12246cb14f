namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run approve</c>: lets a parked run delete what it would.</summary>
internal static class ApproveRun
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var verb = choice.AddTo(new Verb("approve", "Publishes the changes of a parked run, beyond the limits.",
            "tidemark run approve last"));
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            return await WatchedRun.RunAsync(session, home, await home.Requests.ApproveAsync(await choice.FindToActAsync(session, home), session.Stop));
        });
        return verb;
    }
}
