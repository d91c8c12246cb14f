using System.CommandLine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run logs</c>: every line that a run has logged so far.</summary>
internal static class RunLogs
{
    private const int LinesAtOnce = 1000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static Verb Create()
    {
        var choice = new RunChoice();
        var follow = new Option<bool>("--follow") { Description = "Go on until the run is over." };
        var verb = choice.AddTo(new Verb("logs", "Prints the log of a run.", "tidemark run logs last", "tidemark run logs last --follow") { follow });
        verb.Runs(async session =>
        {
            var run = await choice.FindAsync(session, RunAct.Show);
            var isEmpty = true;
            await foreach (var line in Lines(session, run.Run, session.Get(follow)))
            {
                Write(session, line);
                isEmpty = false;
            }

            if (isEmpty && !session.IsJson) session.Say($"The run {run.Run} has logged nothing.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static IAsyncEnumerable<LogLineAnswer> Lines(Session session, string run, bool follows) => session.Server switch
    {
        null => LinesHereAsync(session, run, follows),
        var server when follows => server.EventsAsync($"runs/{run}/logs?follow=true", WireJson.Default.LogLineAnswer, session.Stop),
        var server => server.PagesAsync($"runs/{run}/logs", int.MaxValue, WireJson.Default.LogLineAnswer, session.Stop),
    };

    private static async IAsyncEnumerable<LogLineAnswer> LinesHereAsync(Session session, string run, bool follows)
    {
        var home = await session.OpenHomeAsync();
        var last = 0L;
        while (true)
        {
            // Asked first: lines that come between are read after it.
            var isOver = !follows || (await home.Runs.FindAsync(run, session.Stop)).FinishedAt is not null;
            while (await home.History.LogsAsync(run, last, LinesAtOnce, session.Stop) is { Count: > 0 } lines)
            {
                foreach (var line in lines) yield return LogLineAnswer.Of(line);
                last = lines[^1].Seq;
            }

            if (isOver) yield break;
            await Task.Delay(LookEvery, session.Clock, session.Stop);
        }
    }

    private static void Write(Session session, LogLineAnswer line)
    {
        if (session.IsJson) session.WriteJson(line, WireJson.Default.LogLineAnswer);
        else LogLine.Write(session.Prose, session.Clock, line.ToLine());
    }
}
