using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
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
        var result = await WatchAsync(session, request.PipelineName, watch => waits
            ? home.RunInTurnAsync(request, origin, watch, session.Stop) : home.RunAsync(request, origin, watch, session.Stop));
        await WriteAsync(session, home, result);
        return result;
    }

    /// <summary>Runs a request and shows its progress; the caller reports how it ended.</summary>
    public static Task<RunResult> WaitAsync(Session session, Home home, RunRequest request) =>
        WatchAsync(session, request.PipelineName, watch => home.RunAsync(request, session.Origin, watch, session.Stop));

    /// <summary>Shows the progress of work on a pipeline, as much of it as the person wants to see.</summary>
    public static Task<T> WatchAsync<T>(Session session, string pipeline, Func<RunWatch, Task<T>> work) => session.IsQuiet
        ? Task.Run(() => work(RunWatch.None))
        : new SyncDisplay(session.Terminal, session.Prose, pipeline, session.Clock, session.Stop) { IsVerbose = session.IsVerbose }.ShowAsync(work);

    /// <summary>Follows a run that a server carries out, and reports how it ended.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> FollowAsync(Session session, ServerClient server, RunAnswer run)
    {
        try
        {
            var ended = await WatchAsync(session, run.Pipeline, async watch =>
            {
                var last = run;
                await foreach (var now in server.FollowAsync(run.Run, session.Stop))
                {
                    last = now;
                    var result = now.ToResult();
                    watch.OnProgress(new(now.Status == RunStatus.Queued ? [] : result.Streams, result.Waits));
                }

                return last;
            });
            Write(session, ended);
            return ExitCode.Of(ended.ToResult());
        }
        catch (OperationCanceledException) when (session.Stop.IsCancellationRequested)
        {
            session.Terminal.ErrorConsole.WriteLine($"The run goes on at the server: tidemark run show {run.Run}, run cancel {run.Run}");
            throw;
        }
    }

    /// <summary>A run of a server, as it stands.</summary>
    public static void Write(Session session, RunAnswer run)
    {
        var result = run.ToResult();
        if (!session.IsQuiet || ExitCode.Of(result) != ExitCode.Done) RunReport.Write(session.Prose, result);
        if (session.IsJson) session.WriteJson(run, WireJson.Default.RunAnswer);
    }

    /// <summary>How a run ended: for people, where it concerns them, and with --json as one line.</summary>
    public static async Task WriteAsync(Session session, Home home, RunResult result)
    {
        if (!session.IsQuiet || ExitCode.Of(result) != ExitCode.Done) RunReport.Write(session.Prose, result);
        if (!session.IsJson) return;
        // Ctrl-C has ended the run; how it ended is reported all the same, with the times that the catalog has of it.
        var run = await home.Runs.FindAsync(result.Run, CancellationToken.None);
        await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run with { Result = result })));
    }
}
