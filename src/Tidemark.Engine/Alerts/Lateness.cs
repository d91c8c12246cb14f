using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Alerts;

/// <summary>Pipelines that no run has proven by their deadline.</summary>
internal static class Lateness
{
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="proven">When its last proven run ended; null where it has none.</param>
    /// <param name="now">The moment.</param>
    /// <returns>Null where it is not late.</returns>
    public static Happening? Of(ScheduledPipeline pipeline, DateTimeOffset? proven, DateTimeOffset now)
    {
        var name = pipeline.Definition.Name;
        if (Deadline.Of(pipeline, proven) is not { } deadline || deadline >= now) return null;
        return new(new(AlertEvent.Late, default, name, now, AlertText.Line($"No run of {name} was proven by {AlertText.Minute(deadline)}."))
        {
            State = proven is { } at ? $"The tables hold what the last proven run left at {AlertText.Minute(at)}." : "No run of it was ever proven.",
            Next = AlertText.Words(new(NextAct.RunPipeline, name)),
        }, "sync")
        {
            IsStanding = true,
        };
    }
}
