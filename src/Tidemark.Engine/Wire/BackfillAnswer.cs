using System.Text.Json.Serialization;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Scheduling.Backfilling;

namespace Tidemark.Engine.Wire;

/// <summary>A range of time that is read again, window by window.</summary>
public sealed record BackfillAnswer
{
    /// <summary>Id, e.g. <c>b-20261122-101530-0a1b2c</c>.</summary>
    public required string Backfill { get; init; }

    public required string Pipeline { get; init; }

    public required IReadOnlyList<string> Streams { get; init; }

    /// <summary>The first moment of the range.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset From { get; init; }

    /// <summary>The first moment after it.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset To { get; init; }

    public required BackfillStatus Status { get; init; }

    /// <summary>Who asked for it; absent where nobody knows.</summary>
    public string? MadeBy { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>How many windows are done.</summary>
    public required int Done { get; init; }

    /// <summary>The windows, the earliest first.</summary>
    public required IReadOnlyList<BackfillWindowAnswer> Windows { get; init; }

    public static BackfillAnswer Of(Backfill backfill) => new()
    {
        Backfill = backfill.Id,
        Pipeline = backfill.Pipeline,
        Streams = backfill.Streams,
        From = backfill.From,
        To = backfill.To,
        Status = backfill.Status,
        MadeBy = backfill.MadeBy,
        MadeAt = backfill.MadeAt,
        Done = backfill.Windows.Count(window => window.Status == RunStatus.Succeeded),
        Windows = [.. backfill.Windows.Select(BackfillWindowAnswer.Of)],
    };
}

/// <summary>A part of a backfill that one run reads.</summary>
public sealed record BackfillWindowAnswer
{
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset From { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset To { get; init; }

    /// <summary>Its latest run; absent before the first.</summary>
    public string? Run { get; init; }

    /// <summary>Where that run stands; absent before the first.</summary>
    public RunStatus? Status { get; init; }

    public static BackfillWindowAnswer Of(BackfillWindow window) => new() { From = window.From, To = window.To, Run = window.Run, Status = window.Status };
}
