using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>Has a run carried out before the person's eyes and reports how it ended.</summary>
internal static class WatchedRun
{
    /// <summary>Progress while it runs, figures and receipt at the end; one line with --json.</summary>
    /// <inheritdoc cref="WaitAsync(Session, Func{Home, Task{RunRequest}}, Func{ServerClient, Task{RunAnswer}}, bool)"/>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        Session session, Func<Home, Task<RunRequest>> here, Func<ServerClient, Task<RunAnswer>> there, bool waits = false) =>
        Reported(session, await WaitAsync(session, here, there, waits));

    /// <summary>Runs a request here, with progress while it runs and figures and receipt at the end.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunHereAsync(Session session, Home home, RunRequest request, bool waits) =>
        Reported(session, await RunHereAsync(session, home, request, session.Origin, waits));

    /// <summary>Runs a request here, with progress while it runs and figures and receipt at the end.</summary>
    public static async Task<RunAnswer> ShowAsync(Session session, Home home, RunRequest request, RunTrigger trigger = RunTrigger.Command)
    {
        var run = await RunHereAsync(session, home, request, session.Origin with { Trigger = trigger }, waits: false);
        Write(session, run);
        return run;
    }

    /// <summary>Follows a run that a server carries out, with progress while it runs and figures and receipt at the end.</summary>
    /// <inheritdoc cref="FollowAsync"/>
    public static async Task<RunAnswer> ShowAsync(Session session, ServerClient server, RunAnswer run)
    {
        var ended = await FollowAsync(session, server, run);
        Write(session, ended);
        return ended;
    }

    /// <summary>Progress while it runs; the caller reports how it ended.</summary>
    /// <param name="session">The command.</param>
    /// <param name="here">What the home is to run.</param>
    /// <param name="there">Starts the same at the server, where it waits its turn.</param>
    /// <param name="waits">Whether to wait here while another run has the pipeline.</param>
    public static Task<RunAnswer> WaitAsync(
        Session session, Func<Home, Task<RunRequest>> here, Func<ServerClient, Task<RunAnswer>> there, bool waits = false) => session.AskAsync(
        async home => await RunHereAsync(session, home, await here(home), session.Origin, waits),
        async server => await FollowAsync(session, server, await there(server)));

    /// <summary>Shows the progress of work on a pipeline, as much of it as the person wants to see.</summary>
    public static Task<T> WatchAsync<T>(Session session, string pipeline, Func<RunWatch, Task<T>> work) => session.IsQuiet
        ? Task.Run(() => work(RunWatch.None))
        : new SyncDisplay(session.Terminal, session.Prose, pipeline, session.Clock, session.Stop) { IsVerbose = session.IsVerbose }.ShowAsync(work);

    /// <summary>Follows a run that a server carries out to its end.</summary>
    /// <exception cref="TidemarkException">The run failed before it read or changed anything, as it would here.</exception>
    public static async Task<RunAnswer> FollowAsync(Session session, ServerClient server, RunAnswer run)
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
            return ended.ToResult() is { RefusedBy: { } kind } refused ? throw Refused(refused, kind) : ended;
        }
        catch (OperationCanceledException) when (session.Stop.IsCancellationRequested)
        {
            session.Terminal.ErrorConsole.WriteLine($"The run goes on at the server: tidemark run show {run.Run}, run cancel {run.Run}");
            throw;
        }
    }

    /// <summary>How a run stands or ended: for people, where it concerns them, and with --json as one line.</summary>
    public static void Write(Session session, RunAnswer run)
    {
        if (!session.IsQuiet || ExitCode.Of(run) != ExitCode.Done) RunReport.Write(session.Prose, run.ToResult());
        if (session.IsJson) session.WriteJson(NextCommand.In(run), WireJson.Default.RunAnswer);
    }

    /// <summary>Writes how a run ended; its exit code.</summary>
    public static int Reported(Session session, RunAnswer run)
    {
        Write(session, run);
        return ExitCode.Of(run);
    }

    /// <summary>A run that has ended here, as every door shows it.</summary>
    public static async Task<RunAnswer> AnswerAsync(Home home, RunResult result)
    {
        // Ctrl-C has ended the run; how it ended is reported all the same, with the times that the catalog has of it.
        var run = await home.Runs.FindAsync(result.Run, CancellationToken.None);
        return RunAnswer.Of(run with { Result = result });
    }

    private static async Task<RunAnswer> RunHereAsync(Session session, Home home, RunRequest request, RunOrigin origin, bool waits) =>
        await AnswerAsync(home, await WatchAsync(session, request.PipelineName, watch => waits
            ? home.RunInTurnAsync(request, origin, watch, session.Stop) : home.RunAsync(request, origin, watch, session.Stop)));

    private static TidemarkException Refused(RunResult run, FailureKind kind)
    {
        var whole = TidemarkException.ForAll(run.Problems, kind);
        // What is of the run itself has no place of its own.
        return run.Problems is [{ Subject: var subject } only] && subject == run.Pipeline ? new(kind, only.Code, only.Message) { Hint = only.Hint, Next = only.Next } : whole;
    }
}
