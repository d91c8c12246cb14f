using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Quarantine;

namespace Tidemark.Engine.Wire;

/// <summary>A record in quarantine.</summary>
public sealed record QuarantineAnswer
{
    public required long Id { get; init; }

    public required string Pipeline { get; init; }

    public required string Stream { get; init; }

    /// <summary>The record's key as text; null where it could not be read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Key { get; init; }

    /// <summary>The latest run that met the record.</summary>
    public required string Run { get; init; }

    /// <summary>Why it was not written, e.g. <c>record.incomplete</c>.</summary>
    public required string Code { get; init; }

    public required string Subject { get; init; }

    public required string Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Hint { get; init; }

    /// <summary>The act that the hint ends with; absent where there is none.</summary>
    public NextAnswer? Next { get; init; }

    /// <summary>Whether the next run tries the payload again.</summary>
    public required bool Retried { get; init; }

    [JsonConverter(typeof(OffsetConverter))]
    public required DateTimeOffset FirstSeen { get; init; }

    [JsonConverter(typeof(OffsetConverter))]
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>The record as the vendor sent it; absent in lists.</summary>
    public string? Payload { get; init; }

    public static QuarantineAnswer Of(QuarantineEntry entry, bool withPayload) => new()
    {
        Id = entry.Id,
        Pipeline = entry.Pipeline,
        Stream = entry.Record.Stream,
        Key = entry.Record.Key,
        Run = entry.Run,
        Code = entry.Record.Reason.Code,
        Subject = entry.Record.Reason.Subject,
        Message = entry.Record.Reason.Message,
        Hint = entry.Record.Reason.Hint,
        Next = entry.Record.Reason.Next is { } next ? NextAnswer.From(next) : null,
        Retried = entry.Record.CanRetry,
        FirstSeen = entry.FirstSeen,
        LastSeen = entry.LastSeen,
        Payload = withPayload ? entry.Record.Payload : null,
    };
}

/// <summary>What came of a record that was tried again.</summary>
/// <param name="Id">Id of the record.</param>
/// <param name="Run">Run that tried it.</param>
/// <param name="Settled">Whether it has left the quarantine.</param>
/// <param name="Code">Why not; absent where it has.</param>
/// <param name="Message">Why not, in a sentence.</param>
public sealed record RetriedRecordAnswer(long Id, string Run, bool Settled, string? Code = null, string? Message = null)
{
    /// <param name="id">Id of the record.</param>
    /// <param name="run">Id of the run.</param>
    /// <param name="left">The record as it is in quarantine now; null where it has left.</param>
    public static RetriedRecordAnswer Of(long id, string run, QuarantineAnswer? left) =>
        new(id, run, left is null, left?.Code, left?.Message);
}

/// <summary>Records that were given up.</summary>
/// <param name="Discarded">Their ids.</param>
public sealed record DiscardedAnswer(IReadOnlyList<long> Discarded);
