using System.Text.Json.Serialization;

namespace Tidemark.Server.Compat.Retail;

/// <summary>What a complete sync is asked for.</summary>
/// <param name="FullRefresh">True to rebuild everything after a backup; false for what changed.</param>
public sealed record CompleteSync(bool FullRefresh = false);

/// <summary>
/// A sync of Square: <c>completed</c>, <c>partial</c>, <c>parked</c>, <c>failed</c> or <c>cancelled</c>; its mode is <c>incremental</c>,
/// <c>full_refresh</c>, <c>historical_orders</c> or <c>migration</c>.
/// </summary>
public sealed record RetailSyncAnswer(
    bool Success, string Run, string Status, string Mode,
    [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset StartedAt,
    [property: JsonConverter(typeof(PlainMomentConverter))] DateTimeOffset? CompletedAt,
    double DurationSeconds, IReadOnlyList<RetailStep> Steps, string? Error)
{
    /// <summary>Columns that the table did not have before; absent but for a migration.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ColumnsAdded { get; init; }
}

/// <summary>One step, locations, catalog, inventory or orders: <c>completed</c>, <c>failed</c> or <c>skipped</c>.</summary>
public sealed record RetailStep(
    string Step, string Status, long Fetched, long Created, long Updated, long Deleted, double DurationSeconds, double RecordsPerSecond, IReadOnlyList<RetailTable> Tables, string? Error);

/// <summary>One table of a step.</summary>
public sealed record RetailTable(string Table, long Fetched, long Created, long Updated, long Unchanged, long Deleted);
