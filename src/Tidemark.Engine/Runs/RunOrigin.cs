namespace Tidemark.Engine.Runs;

/// <summary>What started a run.</summary>
public enum RunTrigger
{
    /// <summary>A person or a script at the command line.</summary>
    Command,

    Schedule,
    Api,
    Page,
    Webhook,
    Demo,

    /// <summary>An agent, by the Model Context Protocol.</summary>
    Mcp,
}

/// <summary>Who and what started a run.</summary>
/// <param name="Trigger">The door that the request came through.</param>
/// <param name="Actor">Name of a user or a token; null for a schedule, and where nobody knows.</param>
public sealed record RunOrigin(RunTrigger Trigger, string? Actor)
{
    /// <summary>The person who approved what an agent had proposed; null where nothing was proposed.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>When the schedule wanted the run; null where none started it.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>
    /// How many times of its schedule, which no server was there for, the run makes up for. Of a run that was left out: how many more times
    /// were left out for the same reason.
    /// </summary>
    public int Missed { get; init; }
}
