using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;
using Tidemark.Output;

namespace Tidemark.Commands.Transfers;

/// <summary><c>tidemark transfer verify</c>: whether two databases have the same rows.</summary>
internal static class VerifyTransferVerb
{
    public static Verb Create()
    {
        var options = new TransferOptions();
        var verb = new Verb("verify", "Compares the tables of two databases, value by value, and changes nothing. Ends with code 3 where they differ.",
            "tidemark transfer verify --from env:PROD --to env:TEST", "tidemark transfer verify --from env:PROD --to env:TEST --tables orders,order_lines");
        options.AddTo(verb);
        verb.Watches();
        verb.RunsHere(TransferOptions.Reason, async session =>
        {
            var home = await session.MakeHomeAsync();
            var addressed = await AddressedPipeline.ReadAsync(session.Get(options.From)!, session.Get(options.To)!, home.Definitions, session.Variable, session.Stop);
            var policy = options.Read(session) with { Apply = ApplyMode.Mirror };
            var pipeline = await TransferOptions.SaveAsync(session, home, addressed, policy);
            var run = await WatchedRun.ShowAsync(session, home, new DryRun(new TransferRun(pipeline.Name) { Policy = policy }));
            if (run.Status != RunStatus.Planned) return ExitCode.Of(run);
            return run.Plan!.All(table => table.Adds + table.Updates + table.Deletes == 0) ? ExitCode.Done : ExitCode.Partial;
        });
        return verb;
    }
}
