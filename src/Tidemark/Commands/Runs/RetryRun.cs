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
        if (Otherwise(run) is { } otherwise)
        {
            throw new TidemarkException(
                FailureKind.Usage, "run.not_a_sync", $"The run {run.Id} was no sync that could be done once more: {run.Cause}.")
            {
                Hint = otherwise,
            };
        }

        return new(await PipelineChoice.NamedAsync(home, run.Pipeline, cancellationToken))
        {
            Streams = [.. run.Result.Streams.Select(stream => stream.Stream)],
            Mode = run.Result.Mode,
            KeysOnly = run.Cause == SyncRequest.Deletions,
            Cause = run.Cause == SyncRequest.Deletions ? run.Cause : cause,
        };
    }

    /// <summary>How to do again what was no sync, or one that was to change nothing, or nothing else than a plan; else null.</summary>
    private static string? Otherwise(RunRecord run) => run.Cause.Split(' ') switch
    {
        ["restore", ..] => "Restore it again with tidemark backup restore.",
        ["undo", var undone] => $"Take it back with tidemark run undo {undone}.",
        [SyncRequest.DryRun] => "Look again with tidemark sync --dry-run.",
        [SyncRequest.Plan] => "Carry the plan out with tidemark apply --plan, or make a new one.",
        _ => null,
    };
}
