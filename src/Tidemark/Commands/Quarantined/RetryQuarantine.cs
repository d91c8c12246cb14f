using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
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
            var named = session.Get(ids);
            UsageCheck.Require(
                named.Length > 0 != session.Has(pipeline), "Name the ids of records, or a pipeline with --pipeline.");
            return await session.AskAsync(
                home => RetryHereAsync(session, home, named, session.Get(pipeline)), server => RetryThereAsync(session, server, named, session.Get(pipeline)));
        });
        return verb;
    }

    private static async Task<int> RetryHereAsync(Session session, Home home, long[] ids, string? pipeline)
    {
        var retries = pipeline is { } one ? await home.Requests.RetryQuarantineAsync(one, session.Stop) : await home.Requests.RetryQuarantineAsync(ids, session.Stop);
        return await ReportAsync(session, retries, retry => retry.Records, retry => WatchedRun.ShowAsync(session, home, retry.Request));
    }

    private static async Task<int> RetryThereAsync(Session session, ServerClient server, long[] ids, string? pipeline)
    {
        var records = new List<QuarantineAnswer>();
        if (pipeline is not null) await foreach (var record in QuarantineReport.RecordsAsync(session, new() { Pipeline = pipeline }, int.MaxValue, withPayload: false)) records.Add(record);
        foreach (var id in ids.Distinct()) records.Add(await QuarantineReport.FindAsync(session, id));
        var body = pipeline is not null ? new JsonObject { ["pipeline"] = pipeline } : new() { ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]) };
        var started = await server.PostForAllAsync("quarantine/retry", body, WireJson.Default.RunAnswer, session.Stop);
        return await ReportAsync(session, started, run => records.Where(record => record.Pipeline == run.Pipeline).Select(record => record.Id), run => WatchedRun.ShowAsync(session, server, run));
    }

    /// <summary>Has each retry carried out, and says what came of its records.</summary>
    private static async Task<int> ReportAsync<T>(Session session, IReadOnlyList<T> retries, Func<T, IEnumerable<long>> records, Func<T, Task<RunAnswer>> run)
    {
        if (retries.Count == 0) session.Say("No record is in quarantine.");
        var code = ExitCode.Done;
        foreach (var retry in retries)
        {
            var ended = await run(retry);
            foreach (var id in records(retry)) await ReportAsync(session, id, ended.Run);
            if (code == ExitCode.Done) code = ExitCode.Of(ended);
        }

        return code;
    }

    private static async Task ReportAsync(Session session, long id, string run)
    {
        var left = await LeftAsync(session, id);
        if (session.IsJson)
        {
            session.WriteJson(RetriedRecordAnswer.Of(id, run, left), WireJson.Default.RetriedRecordAnswer);
            return;
        }

        session.Say(left is null ? $"{id}: settled"
            : left.Run == run ? $"{id}: refused again: {QuarantineReport.Reason(left)}"
            : $"{id}: still waits for a new reading: {QuarantineReport.Reason(left)}");
    }

    private static async Task<QuarantineAnswer?> LeftAsync(Session session, long id)
    {
        try
        {
            return await QuarantineReport.FindAsync(session, id);
        }
        catch (TidemarkException gone) when (gone.Code == "quarantine.unknown")
        {
            return null;
        }
    }
}
