using Tidemark.Engine;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>Runs a request before the person's eyes and reports how it ended.</summary>
internal static class WatchedRun
{
    /// <param name="session">The command.</param>
    /// <param name="home">The home of the run.</param>
    /// <param name="request">The request.</param>
    /// <param name="waits">Whether to wait while another run has the pipeline.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Session session, Home home, RunRequest request, bool waits = false)
    {
        var result = await ShowAsync(session, home, request, session.Origin, waits);
        if (result.Status == RunStatus.Planned && request is DryRun { SaveAs: { } plan })
            session.Say($"Plan written to {Printable.Of(plan)}; carry it out: tidemark apply --plan {Printable.Of(plan)}");
        return ExitCode.Of(result);
    }

    /// <summary>Progress while it runs, figures and receipt at the end; one line with --json.</summary>
    public static async Task<RunResult> ShowAsync(Session session, Home home, RunRequest request, RunOrigin origin, bool waits = false)
    {
        var display = new SyncDisplay(
            session.Terminal, session.Prose, request.PipelineName, session.Clock, session.Stop);
        var result = await display.ShowAsync(progress => waits
            ? home.RunInTurnAsync(request, origin, progress, session.Stop) : home.RunAsync(request, origin, progress, session.Stop));
        await WriteAsync(session, home, result);
        return result;
    }

    /// <summary>Runs a request that shows no figures while it runs.</summary>
    /// <param name="session">The command.</param>
    /// <param name="home">The home of the run.</param>
    /// <param name="what">What takes its time, e.g. <c>Restoring</c>.</param>
    /// <param name="request">The request.</param>
    public static Task<RunResult> WaitAsync(Session session, Home home, string what, RunRequest request) =>
        session.WaitAsync(what, () => home.RunAsync(request, session.Origin, _ => { }, session.Stop));

    /// <summary>How a run ended: for people, and with --json as one line.</summary>
    public static async Task WriteAsync(Session session, Home home, RunResult result)
    {
        RunReport.Write(session.Prose, result);
        if (!session.IsJson) return;
        // Ctrl-C has ended the run; how it ended is reported all the same, with the times that the catalog has of it.
        var run = await home.Runs.FindAsync(result.Run, CancellationToken.None);
        await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run with { Result = result })));
    }
}
