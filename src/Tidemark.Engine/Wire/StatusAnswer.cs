using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>How a pipeline stands.</summary>
public sealed record StatusAnswer
{
    public required string Pipeline { get; init; }

    public required Standing Standing { get; init; }

    /// <summary>When the latest run ended that proved what it wrote; null where none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset? ProvenAt { get; init; }

    /// <summary>Seconds since then; null where no run did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? Age { get; init; }

    /// <summary>The moment by which a run must be proven; absent where nothing says.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Seconds since the deadline; absent where it lies ahead.</summary>
    public double? LateBy { get; init; }

    /// <summary>When a schedule is due next; absent where none is.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>True where its schedules start nothing for now; absent otherwise.</summary>
    public bool? Paused { get; init; }

    /// <summary>Id of the latest run that was more than a dry run; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? LastRun { get; init; }

    /// <summary>Its status; absent where there is none.</summary>
    public RunStatus? LastStatus { get; init; }

    /// <summary>Ids of runs that wait for approval.</summary>
    public required IReadOnlyList<string> Parked { get; init; }

    /// <summary>Records in quarantine.</summary>
    public required long Quarantined { get; init; }

    /// <summary>Messages about it that no channel took, and that are not sent again; absent for none.</summary>
    public long? Undelivered { get; init; }

    /// <summary>The reason why somebody has to act, in one sentence; absent where there is none.</summary>
    public string? Due { get; init; }

    /// <summary>What to do about it, where no act does it; absent where one does, or nothing is known.</summary>
    public string? Hint { get; init; }

    /// <summary>The act that does it; absent where none is known.</summary>
    public NextAnswer? Next { get; init; }

    /// <param name="status">The standing.</param>
    /// <param name="now">The moment that the age is counted to.</param>
    public static StatusAnswer Of(PipelineStatus status, DateTimeOffset now) => new()
    {
        Pipeline = status.Pipeline,
        Standing = status.Standing,
        ProvenAt = status.Proven?.FinishedAt,
        Age = status.Proven?.FinishedAt is { } proven ? Math.Round((now - proven).TotalSeconds, 3) : null,
        Deadline = status.Deadline,
        LateBy = status.LateBy is { } late ? Math.Round(late.TotalSeconds, 3) : null,
        NextAt = status.NextAt,
        Paused = status.IsPaused ? true : null,
        LastRun = status.Last?.Id,
        LastStatus = status.Last?.Status,
        Parked = [.. status.Parked.Select(run => run.Id)],
        Quarantined = status.Quarantined,
        Undelivered = status.Undelivered > 0 ? status.Undelivered : null,
        Due = status.Due,
        Hint = status.Hint,
        Next = status.Next is { } next ? NextAnswer.From(next) : null,
    };
}
