using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;

namespace Tidemark.Server.Api.Answers;

/// <summary>
/// A run as server-sent events, whichever process carries it out: <c>run</c> whenever its figures change, <c>log</c> for each line, with
/// the line's number as its id. The stream ends when the run is over.
/// </summary>
internal static class RunFollow
{
    private const int LinesAtOnce = 1000;

    // The journal writes figures once a second.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static IResult Run(HttpContext http, Home home, string run, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(RunEventsAsync(http, home, run, clock, cancellationToken));

    public static IResult Logs(HttpContext http, Home home, string run, long after, LogFilter filter, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(LogEventsAsync(http, home, run, after, filter, clock, cancellationToken));

    private static async IAsyncEnumerable<SseItem<string>> RunEventsAsync(
        HttpContext http, Home home, string run, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = "";
        while (true)
        {
            var now = await home.Runs.FindAsync(run, cancellationToken);
            if (JsonText.Line(RunAnswer.Of(now), ApiJson.Default.RunAnswer) is var text && text != last)
            {
                yield return new(text, "run");
                last = text;
            }

            if (IsOver(now) || !await CallerAuthentication.IsStillKnownAsync(http, clock)) yield break;
            await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> LogEventsAsync(
        HttpContext http, Home home, string run, long after, LogFilter filter, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked first: lines that come between are read after it.
            var isOver = IsOver(await home.Runs.FindAsync(run, cancellationToken));
            while (await home.History.LogsAsync(run, after, filter, LinesAtOnce, cancellationToken) is { Count: > 0 } lines)
            {
                foreach (var line in lines)
                    yield return new(JsonText.Line(LogLineAnswer.Of(line), ApiJson.Default.LogLineAnswer), "log") { EventId = $"{line.Seq}" };
                after = lines[^1].Seq;
            }

            if (isOver || !await CallerAuthentication.IsStillKnownAsync(http, clock)) yield break;
            await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }

    private static bool IsOver(RunRecord run) => run.Status is not (RunStatus.Queued or RunStatus.Running);
}
