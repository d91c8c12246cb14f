using Tidemark.Engine;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>Runs a request before the person's eyes and tells how it ended.</summary>
internal static class SyncRun
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Session session, Home home, SyncRequest request)
    {
        var result = await ShowAsync(session, home, request);
        if (result.Status == RunStatus.Planned && request.PlanFile is { } plan)
            session.Say($"Plan written to {Printable.Of(plan)}; carry it out: tidemark apply --plan {Printable.Of(plan)}");
        else if (result.Status == RunStatus.Parked)
            session.Say($"Nothing was deleted. To let it go on: tidemark run approve {result.Run}");
        else if (result.Streams.Any(stream => stream.Quarantined > 0))
            session.Say($"To see the records: tidemark run quarantine {result.Run}");
        return ExitCode.Of(result.Status);
    }

    /// <summary>Progress while it runs, figures and receipt at the end; one line with --json.</summary>
    public static async Task<RunResult> ShowAsync(Session session, Home home, SyncRequest request)
    {
        var display = new SyncDisplay(
            session.Terminal, session.Prose, request.Pipeline.Name, session.Clock, session.Stop);
        var result = await display.ShowAsync(progress => home.SyncAsync(request, progress, session.Stop));
        RunReport.Write(session.Prose, result);
        if (session.IsJson) await WriteJsonAsync(session, home, result);
        return result;
    }

    /// <summary>The run with the times that the catalog has of it.</summary>
    public static async Task WriteJsonAsync(Session session, Home home, RunResult result)
    {
        // Ctrl-C has ended the run; what it came to is told all the same.
        var run = await home.Runs.FindAsync(result.Run, CancellationToken.None);
        await session.Terminal.Output.WriteLineAsync(RunJson.Write(NextCommand.In(run with { Result = result })));
    }
}
