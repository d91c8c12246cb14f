using System.CommandLine;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine retry</c>: syncs the streams that records are in quarantine of, and tells what came of each.</summary>
internal static class RetryQuarantine
{
    public static Verb Create()
    {
        var ids = QuarantineVerb.Ids(ArgumentArity.ZeroOrMore);
        var pipeline = new Option<string?>("--pipeline") { Description = "Every record of this pipeline.", HelpName = "NAME" };
        var verb = new Verb("retry", "Runs the streams of these records now; a run tries all that is in their quarantine again.",
            "tidemark quarantine retry 12 13", "tidemark quarantine retry --pipeline payments")
        {
            ids, pipeline,
        };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var named = session.Get(ids);
            UsageCheck.Require(
                named.Length > 0 != session.Has(pipeline), "Name records by their ids, or all of a pipeline by --pipeline.");
            var wanted = session.Get(pipeline) is { } one
                ? await OfPipelineAsync(home, one, session.Stop) : await NamedAsync(home, named, session.Stop);
            if (wanted.Count == 0) session.Say("No record is in quarantine.");
            var code = ExitCode.Done;
            foreach (var same in wanted.GroupBy(entry => entry.Pipeline))
            {
                var request = new SyncRequest(await PipelineChoice.NamedAsync(home, same.Key, session.Stop))
                {
                    Streams = [.. same.Select(entry => entry.Stream).Distinct()],
                    Cause = "quarantine",
                };
                var run = await SyncRun.ShowAsync(session, home, request);
                foreach (var entry in same) await TellAsync(session, home, entry.Id, run);
                if (code == ExitCode.Done) code = ExitCode.Of(run.Status);
            }

            return code;
        });
        return verb;
    }

    private static async Task<List<Wanted>> NamedAsync(Home home, long[] ids, CancellationToken cancellationToken)
    {
        var wanted = new List<Wanted>();
        foreach (var id in ids.Distinct()) wanted.Add(Wanted.Of(await home.Quarantine.GetAsync(id, cancellationToken)));
        return wanted;
    }

    /// <exception cref="TidemarkException"><c>pipeline.unknown</c> (usage).</exception>
    private static async Task<List<Wanted>> OfPipelineAsync(Home home, string pipeline, CancellationToken cancellationToken)
    {
        await PipelineChoice.NamedAsync(home, pipeline, cancellationToken);
        return await home.Quarantine.ListAsync(new() { Pipeline = pipeline }, int.MaxValue, cancellationToken)
            .Select(Wanted.Of).ToListAsync(cancellationToken);
    }

    private static async Task TellAsync(Session session, Home home, long id, RunResult run)
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

    /// <summary>A record without its payload, of which there may be many.</summary>
    private sealed record Wanted(long Id, string Pipeline, string Stream)
    {
        public static Wanted Of(QuarantineEntry entry) => new(entry.Id, entry.Pipeline, entry.Record.Stream);
    }
}
