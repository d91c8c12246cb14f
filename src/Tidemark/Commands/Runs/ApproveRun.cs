using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run approve</c>: lets a parked run delete what it would.</summary>
internal static class ApproveRun
{
    public static Verb Create()
    {
        var id = RunVerb.Id();
        var verb = new Verb("approve", "Lets a parked run delete more rows than the limits allow.",
            "tidemark run approve last") { id };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var run = await home.Runs.FindAsync(session.Get(id), session.Stop);
            if (run.Status != RunStatus.Parked)
            {
                throw new TidemarkException(FailureKind.Usage, "run.not_parked",
                    $"The run {run.Id} does not wait for approval: {RunJson.Word(run.Status)}.");
            }

            var request = await RetryRun.AgainAsync(home, run, "approve", session.Stop);
            return await SyncRun.RunAsync(session, home, request with
            {
                IsApproved = true,
                // Without a plan it parked before everything was read, and has nothing to publish.
                Parked = run.Result.Plan is null ? null : run.Id,
            });
        });
        return verb;
    }
}
