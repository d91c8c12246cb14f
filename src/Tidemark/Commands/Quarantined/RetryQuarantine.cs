using System.CommandLine;
using Tidemark.Engine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine retry</c>: syncs the streams of quarantined records and reports the outcome of each record.</summary>
internal static class RetryQuarantine
{
    public static Verb Create()
    {
        var ids = QuarantineVerb.Ids(ArgumentArity.ZeroOrMore);
        var pipeline = new Option<string?>("--pipeline") { Description = "All records of this pipeline.", HelpName = "NAME" }.Offers(names => names.Pipelines);
        var verb = new Verb("retry", "Syncs the streams of these records; retries all their records in quarantine.",
            "tidemark quarantine retry 12 13", "tidemark quarantine retry --pipeline payments")
        {
            ids, pipeline,
        };
        verb.Watches();
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var named = session.Get(ids);
            UsageCheck.Require(
                named.Length > 0 != session.Has(pipeline), "Name the ids of records, or a pipeline with --pipeline.");
            var retries = session.Get(pipeline) is { } one
                ? await home.Requests.RetryQuarantineAsync(one, session.Stop)
                : await home.Requests.RetryQuarantineAsync(named, session.Stop);
            if (retries.Count == 0) session.Say("No record is in quarantine.");
            var code = ExitCode.Done;
            foreach (var (request, records) in retries)
            {
                var run = await WatchedRun.ShowAsync(session, home, request, session.Origin);
                foreach (var id in records) await ReportAsync(session, home, id, run);
                if (code == ExitCode.Done) code = ExitCode.Of(run);
            }

            return code;
        });
        return verb;
    }

    private static async Task ReportAsync(Session session, Home home, long id, RunResult run)
    {
        var left = await home.Quarantine.FindAsync(id, session.Stop);
        if (session.IsJson)
        {
            session.WriteJson(RetriedRecordAnswer.Of(id, run.Run, left), WireJson.Default.RetriedRecordAnswer);
            return;
        }

        session.Say(left is null ? $"{id}: settled"
            : left.Run == run.Run ? $"{id}: refused again: {QuarantineReport.Reason(left)}"
            : $"{id}: still waits for a new reading: {QuarantineReport.Reason(left)}");
    }
}
