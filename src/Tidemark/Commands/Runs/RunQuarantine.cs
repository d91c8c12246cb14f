using System.CommandLine;
using Tidemark.Commands.Quarantined;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run quarantine</c>: the records that a run could not write, and why.</summary>
internal static class RunQuarantine
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var limit = new Option<int>("--limit")
        {
            Description = "Number of records to list.",
            DefaultValueFactory = _ => 100,
            HelpName = "N",
        };
        var verb = choice.AddTo(new Verb("quarantine", "Lists the records that a run could not write; --json includes their payload.",
            "tidemark run quarantine last", "tidemark run quarantine last --json") { limit });
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            var run = await choice.FindAsync(session, RunAct.Show);
            await QuarantineReport.WriteAsync(session, new() { Run = run.Run }, session.Get(limit), withPayload: true, $"No record of {run.Run} is in quarantine.");
            return ExitCode.Done;
        });
        return verb;
    }
}
