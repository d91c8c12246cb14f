using Tidemark.Engine.Connectors;

namespace Tidemark.Engine.Alerts;

/// <summary>Something came about that rules may tell of.</summary>
/// <param name="Said">What is said of it, with the severity that the event has by itself.</param>
/// <param name="Work">What succeeds when it is over, e.g. <c>sync</c>.</param>
internal sealed record Happening(ChannelAlert Said, string Work)
{
    /// <summary>A problem is told once while it lasts, and again now and then; it is over when the work succeeds.</summary>
    public bool IsProblem => Is(Said.Event);

    /// <summary>Whether it is a state that is looked at again and again, and not something that has come about once more.</summary>
    public bool IsStanding { get; init; }

    /// <summary>Whether an event is a problem that lasts until it is over.</summary>
    public static bool Is(AlertEvent what) => what is not (AlertEvent.Volume or AlertEvent.Recovered or AlertEvent.Completed);
}
