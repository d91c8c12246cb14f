using System.Text.Json.Serialization;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs.Failures;

namespace Tidemark.Engine.Wire;

/// <summary>A run that failed, or did only a part, in the inbox.</summary>
public sealed record InboxAnswer
{
    /// <summary>Full id of the run.</summary>
    public required string Run { get; init; }

    public required string Pipeline { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset FailedAt { get; init; }

    /// <summary>Whether something of it is still open.</summary>
    public required bool Open { get; init; }

    /// <summary>What the run did not do.</summary>
    public required IReadOnlyList<InboxPartAnswer> Parts { get; init; }

    public static InboxAnswer Of(FailedRun run) => new()
    {
        Run = run.Run,
        Pipeline = run.Pipeline,
        FailedAt = run.FailedAt,
        Open = run.IsOpen,
        Parts = [.. run.Parts.Select(InboxPartAnswer.Of)],
    };
}

/// <summary>What a run did not do.</summary>
public sealed record InboxPartAnswer
{
    /// <summary>The stream; absent for the run as a whole.</summary>
    public string? Stream { get; init; }

    public required string Code { get; init; }

    public required string Message { get; init; }

    /// <summary>Whether the same may pass at another time.</summary>
    public required bool Transient { get; init; }

    /// <summary>When it was done by a later run, or settled; absent while it is open.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? OverAt { get; init; }

    /// <summary>The later run that did it.</summary>
    public string? OverBy { get; init; }

    /// <summary>The person who settled it.</summary>
    public string? SettledBy { get; init; }

    /// <summary>The person's note.</summary>
    public string? Note { get; init; }

    public static InboxPartAnswer Of(FailedPart part) => new()
    {
        Stream = part.Stream,
        Code = part.Code,
        Message = part.Message,
        Transient = part.IsTransient,
        OverAt = part.OverAt,
        OverBy = part.OverBy,
        SettledBy = part.SettledBy,
        Note = part.Note,
    };
}

/// <summary>What came of settling runs.</summary>
/// <param name="Settled">Those that were open until now.</param>
/// <param name="Over">Those that were over already.</param>
public sealed record SettledRunsAnswer(IReadOnlyList<string> Settled, IReadOnlyList<string> Over)
{
    public static SettledRunsAnswer Of(SettledRuns runs) => new(runs.Settled, runs.Over);
}
