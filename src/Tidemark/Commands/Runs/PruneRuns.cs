using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run prune</c>: removes the logs of runs that are long over.</summary>
internal static class PruneRuns
{
    private const int DefaultDays = 90;

    public static Verb Create()
    {
        var days = new Option<int>("--keep-days")
        {
            Description = "Days to keep steps and logs.",
            DefaultValueFactory = _ => DefaultDays,
            HelpName = "N",
        };
        var verb = new Verb("prune", "Removes steps and logs of old runs; their figures and receipts stay.",
            "tidemark run prune", "tidemark run prune --keep-days 30") { days };
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(days) is >= 0 and <= 36500, "--keep-days is from 0 to 36500.");
            var pruned = await session.AskAsync(
                async home => new PrunedRunsAnswer(await home.History.PruneAsync(session.Clock.GetUtcNow().AddDays(-session.Get(days)), session.Stop)),
                server => server.PostAsync(ServerClient.Path("runs/prune", ("keep_days", $"{session.Get(days)}")), null, WireJson.Default.PrunedRunsAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(pruned, WireJson.Default.PrunedRunsAnswer);
            session.Say($"Steps and logs of {RunReport.Number(pruned.Pruned)} runs removed.");
            return ExitCode.Done;
        });
        return verb;
    }
}
