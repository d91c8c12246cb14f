using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs.Failures;

/// <summary>What a run was to do, and which parts of it are not done.</summary>
internal static class FailureWork
{
    private const string Sync = "sync";
    private const string Deletions = "deletions";

    /// <summary>What ends a failure: a later run of the same work that does it.</summary>
    public static string Of(RunRequest request) => request switch
    {
        // What is read beside the pipeline's own reading does nothing of that one.
        SyncRun { SourceSettings: not null } aside => $"{Sync} {RunRequestJson.Write(new SyncRun(aside.Pipeline) { SourceSettings = aside.SourceSettings })}",
        SyncRun or PlanRun or ApprovedRun or TransferRun => Sync,
        DeletionScan => Deletions,
        BackfillRun backfill => RunRequestJson.Write(new BackfillRun(backfill.Pipeline, backfill.Range)),
        { About: { } about } => $"{RunJson.Word(request.Kind)} {about}",
        _ => RunJson.Word(request.Kind),
    };

    /// <summary>What a run that failed did not do.</summary>
    public static IReadOnlyList<FailedPart> Undone(RunRecord run)
    {
        var (request, result) = (run.Request, run.Result);
        List<string> streams = result.Kind.ReadsNoSource() ? [] : result.Streams.Where(stream => !IsProven(result, stream)).Select(stream => stream.Stream).ToList();
        // It ended before it knew its streams.
        if (result.Streams.Count == 0 && request is ReadingRequest reading) streams = [.. reading.Streams];
        return streams.Count == 0 ? [Part(null)] : streams.ConvertAll(Part);

        FailedPart Part(string? stream)
        {
            var problem = result.Streams.FirstOrDefault(figures => figures.Stream == stream)?.Error
                ?? result.Problems.FirstOrDefault(problem => IsOf(problem, stream)) ?? (result.Problems.Count > 0 ? result.Problems[0] : null);
            return problem is null
                ? new(stream, "run.incomplete", result.Status == RunStatus.Failed ? "The run failed." : "The run did a part of its work.", IsTransient: false)
                : new(stream, problem.Code, problem.Message, problem.IsTransient);
        }
    }

    /// <summary>Whether a run did what an earlier one of its pipeline did not.</summary>
    /// <param name="run">The later run, which succeeded or did a part.</param>
    /// <param name="work">The work of the earlier one.</param>
    /// <param name="stream">Its stream; null for all of it.</param>
    public static bool Does(RunRecord run, string work, string? stream)
    {
        var result = run.Result;
        var figures = stream is null ? null : result.Streams.FirstOrDefault(figures => figures.Stream == stream);
        // A full reading compares every key too.
        var isSame = Of(run.Request) == work || (work == Deletions && Of(run.Request) == Sync && figures is { IsFull: true });
        if (!isSame) return false;
        if (stream is null) return result.Status == RunStatus.Succeeded && run.Request is not (ReadingRequest { Streams.Count: > 0 } or ApprovedRun);
        return figures is not null && (result.Status == RunStatus.Succeeded || IsProven(result, figures));
    }

    private static bool IsProven(RunResult run, StreamFigures stream) =>
        stream is { Error: null, Quarantined: 0, IsAccountedFor: true, Receipt.IsVerified: true } && !run.Problems.Any(problem => IsOf(problem, stream.Stream));

    private static bool IsOf(Problem problem, string? stream) =>
        stream is not null && (problem.Subject == stream || problem.Streams.Contains(stream, StringComparer.Ordinal));
}
