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
            var home = await session.OpenHomeAsync();
            var run = await choice.FindAsync(session, home, RunAct.Show);
            var last = 0L;
            while (true)
            {
                // Asked first: lines that come between are read after it.
                var isOver = !session.Get(follow) || (await home.Runs.FindAsync(run.Id, session.Stop)).FinishedAt is not null;
                while (await home.History.LogsAsync(run.Id, last, LinesAtOnce, session.Stop) is { Count: > 0 } lines)
                {
                    foreach (var line in lines) Write(session, LogLineAnswer.Of(line));
                    last = lines[^1].Seq;
                }

                if (isOver) break;
                await Task.Delay(LookEvery, session.Clock, session.Stop);
            }

            if (last == 0 && !session.IsJson) session.Say($"The run {run.Id} has logged nothing.");
            return ExitCode.Done;
        }, async (session, server) =>
        {
            var run = await choice.FindAsync(session, server, RunAct.Show);
            if (!session.Get(follow))
            {
                var lines = await server.ListAsync($"runs/{run.Run}/logs", int.MaxValue, WireJson.Default.LogLineAnswer, session.Stop);
                foreach (var line in lines) Write(session, line);
                if (lines.Count == 0 && !session.IsJson) session.Say($"The run {run.Run} has logged nothing.");
                return ExitCode.Done;
            }

            await foreach (var line in server.EventsAsync($"runs/{run.Run}/logs?follow=true", WireJson.Default.LogLineAnswer, session.Stop)) Write(session, line);
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Write(Session session, LogLineAnswer line)
    {
        if (session.IsJson) session.WriteJson(line, WireJson.Default.LogLineAnswer);
        else LogLine.Write(session.Prose, session.Clock, line.ToLine());
    }
}
