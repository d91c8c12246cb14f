using System.Text.Json.Serialization;

namespace Tidemark.Server.Compat.Opportunities;

/// <summary>A sync, <c>FULL</c> or <c>INCREMENTAL</c>: <c>RUNNING</c>, <c>SUCCESS</c> or <c>FAILED</c>.</summary>
public sealed record OpportunitySyncAnswer(
    string SyncType, string Status, long TotalFetched, long NewRecords, long UpdatedRecords, long FailedRecords,
    [property: JsonConverter(typeof(PlainSecondConverter))] DateTimeOffset StartedAt,
    [property: JsonConverter(typeof(PlainSecondConverter))] DateTimeOffset? CompletedAt,
    long DurationSeconds)
{
    /// <summary>Why it failed, or waits for a person; absent where there is nothing to say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorMessage { get; init; }
}

/// <summary>Syncs, the latest first.</summary>
public sealed record OpportunityHistoryAnswer(IReadOnlyList<OpportunitySyncAnswer> History, int Total);
