using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling;

namespace Tidemark.Engine.Wire;

/// <summary>How a schedule stands.</summary>
public sealed record ScheduleAnswer
{
    public required string Pipeline { get; init; }

    /// <summary>What it starts.</summary>
    public required ScheduledWork Run { get; init; }

    /// <summary>E.g. <c>every day at 02:00 Europe/Berlin</c>.</summary>
    public required string Words { get; init; }

    /// <summary>Absent where another pipeline is followed.</summary>
    public string? Cron { get; init; }

    /// <summary>Absent where another pipeline is followed.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What becomes of a run that is due while the same work waits or goes on; absent where another pipeline is followed.</summary>
    public Overlap? Overlap { get; init; }

    /// <summary>The pipeline that is followed; absent for a schedule with times of its own.</summary>
    public string? After { get; init; }

    public required bool Paused { get; init; }

    /// <summary>The next times; none where it is paused or follows a pipeline.</summary>
    public required IReadOnlyList<string> Next { get; init; }

    /// <summary>Times that have gone by and that no server has dealt with yet.</summary>
    public required int Missed { get; init; }

    /// <summary>Why it starts nothing here, in one sentence; absent where it does.</summary>
    public string? Problem { get; init; }

    /// <summary>Id of the run that it last started or left out; absent for none.</summary>
    public string? LastRun { get; init; }

    /// <summary>Its status.</summary>
    public RunStatus? LastStatus { get; init; }

    /// <summary>True where it was left out, and never began; absent otherwise.</summary>
    public bool? LastLeftOut { get; init; }

    /// <summary>When it was due.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? LastDueAt { get; init; }

    /// <summary>How many missed times it made up for; absent for none.</summary>
    public int? LastMissed { get; init; }

    public static ScheduleAnswer Of(ScheduleStatus status) => new()
    {
        Pipeline = status.Pipeline,
        Run = status.Run,
        Words = status.Words,
        Cron = status.Schedule?.Cron,
        TimeZone = status.Schedule?.TimeZone,
        Overlap = status.Schedule?.Overlap,
        After = status.After,
        Paused = status.IsPaused,
        Next = [.. status.Next.Select(UtcConverter.Text)],
        Missed = status.Missed,
        Problem = status.Problem,
        LastRun = status.Last?.Id,
        LastStatus = status.Last?.Status,
        LastLeftOut = status.Last is { Result.IsSkipped: true } ? true : null,
        LastDueAt = status.Last?.Origin.DueAt,
        LastMissed = status.Last is { Origin.Missed: > 0 } last ? last.Origin.Missed : null,
    };
}
