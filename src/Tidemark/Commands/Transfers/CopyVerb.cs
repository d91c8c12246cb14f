using System.CommandLine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Commands.Transfers;

/// <summary><c>tidemark transfer copy</c>: between two databases that are both reached from here.</summary>
internal static class CopyVerb
{
    public static Verb Create()
    {
        var options = new TransferOptions();
        var apply = WordOption.Of<ApplyMode>("--apply",
            "upsert writes new and changed rows; mirror also deletes what the source lacks; replace empties the tables and fills them anew, the fastest. [default: upsert]");
        var triggers = WordOption.Of("--triggers", "Whether triggers of the target fire for what is written. Needed where it has any.", TriggerUse.Fire, TriggerUse.Off);
        var confirm = new Option<string?>("--confirm")
        {
            Description = "Name of the target's database: says that it is meant, where it looks like production or would lose rows.",
            HelpName = "DATABASE",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Compare, and show what would change; change nothing." };
        var approve = new Option<bool>("--approve") { Description = "Make all changes, beyond the limits too; the run never parks." };
        var wait = new Option<bool>("--wait") { Description = "Wait while another run of this transfer goes on, instead of ending with code 6." };
        var yaml = new Option<bool>("--yaml") { Description = "Print the definitions that the command stands for, and run nothing." };
        var verb = new Verb("copy", "Copies tables between two databases that are both reached from here, and shows the receipt.",
            "tidemark transfer copy --from postgres://db1/shop --to postgres://db2/shop",
            "tidemark transfer copy --from env:PROD --to env:TEST --apply mirror --dry-run",
            "tidemark transfer copy --from env:PROD --to env:TEST --where \"customers=NOT is_demo\"");
        options.AddTo(verb);
        foreach (var option in new Option[] { apply, triggers, confirm, dryRun, approve, wait, yaml }) verb.Add(option);
        verb.Watches();
        verb.RunsHere(TransferOptions.Reason, async session =>
        {
            var policy = options.Read(session) with
            {
                Apply = session.Get(apply),
                Triggers = session.Get(triggers),
                Confirm = session.Get(confirm),
            };
            var home = await session.MakeHomeAsync();
            var addressed = await AddressedPipeline.ReadAsync(session.Get(options.From)!, session.Get(options.To)!, home.Definitions, session.Variable, session.Stop);
            if (session.Get(yaml))
                return await PipelineChoice.PrintAsync(session, home, addressed.Transferring(policy), []);

            var pipeline = await TransferOptions.SaveAsync(session, home, addressed, policy);
            var transfer = new TransferRun(pipeline.Name) { Policy = policy, IgnoresLimits = session.Get(approve) };
            return await WatchedRun.RunHereAsync(session, home, session.Get(dryRun) ? new DryRun(transfer) : transfer, session.Get(wait));
        });
        return verb;
    }
}
