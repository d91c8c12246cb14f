using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run retry</c>: the same pipeline, mode and streams once more.</summary>
internal static class RetryRun
{
    public static Verb Create()
    {
        var id = RunVerb.Id();
        var verb = new Verb("retry", "Runs the same again, from its checkpoint.", "tidemark run retry last") { id };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var run = await home.Runs.FindAsync(session.Get(id), session.Stop);
            return await SyncRun.RunAsync(session, home, await AgainAsync(home, run, "retry", session.Stop));
        });
        return verb;
    }

    /// <summary>What a run was asked for, as far as its record tells.</summary>
    public static async Task<SyncRequest> AgainAsync(
        Home home, RunRecord run, string cause, CancellationToken cancellationToken)
    {
        var causes = run.Cause.Split(' ');
        var (what, hint) = run.Result.Kind switch
        {
            RunKind.Plan => ("carried a plan out", "Carry it out again with tidemark apply --plan FILE."),
            RunKind.Restore => ("restored a backup", "Restore it again with tidemark backup restore."),
            RunKind.Undo => ("took another back", "Take it back again with tidemark run undo."),
            _ => ("", ""),
        };
        if (what.Length > 0)
            throw new TidemarkException(FailureKind.Usage, "run.not_a_sync", $"The run {run.Id} {what}.") { Hint = hint };

        return new(await PipelineChoice.NamedAsync(home, run.Pipeline, cancellationToken))
        {
            Streams = [.. run.Result.Streams.Select(stream => stream.Stream)],
            Mode = run.Result.Mode,
            KeysOnly = causes.Contains(SyncRequest.Deletions),
            IsDryRun = causes[0] == SyncRequest.DryRun || run.Status == RunStatus.Planned,
            Cause = causes[0] is SyncRequest.Deletions or SyncRequest.DryRun ? run.Cause : cause,
        };
    }
}
