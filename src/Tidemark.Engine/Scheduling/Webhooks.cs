using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling;

/// <summary>What came of a vendor's call.</summary>
/// <param name="Event">The vendor's word for it; null where it has none.</param>
/// <param name="Streams">The streams that it tells of; null where the vendor does not say.</param>
/// <param name="Pipelines">The pipelines that read them and take webhooks.</param>
public sealed record HeardCall(string? Event, IReadOnlyList<string>? Streams, IReadOnlyList<string> Pipelines);

/// <summary>
/// Calls of vendors. What they tell is written down before they are answered, and a <see cref="Scheduler"/> makes runs of it: one for all
/// that was told within seconds, and within the time in which an earlier one waits.
/// </summary>
public sealed class Webhooks
{
    private readonly CatalogDatabase _database;
    private readonly DefinitionCatalog _definitions;
    private readonly Connections _connections;
    private readonly RunSignal _signal;
    private readonly TimeProvider _clock;

    internal Webhooks(CatalogDatabase database, DefinitionCatalog definitions, Connections connections, RunSignal signal, TimeProvider clock) =>
        (_database, _definitions, _connections, _signal, _clock) = (database, definitions, connections, signal, clock);

    /// <summary>Whether a source takes calls. Asked before the body of one is read: anybody may send one.</summary>
    /// <exception cref="TidemarkException"><c>webhook.unknown</c>: there is no such source, or it has no <c>webhook_secret</c>.</exception>
    public async Task RequireAsync(string source, CancellationToken cancellationToken)
    {
        if (await _definitions.Sources.FindOrDefaultAsync(source, cancellationToken) is not { } known || !known.Settings.ContainsKey(WebhookCall.SecretSetting)) throw Unknown();
    }

    /// <summary>Takes a call in.</summary>
    /// <param name="source">Name of the source in the address.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Nothing is written down where it throws.</param>
    /// <exception cref="TidemarkException"><c>webhook.unknown</c>: there is no such source, or it has no <c>webhook_secret</c>;
    /// <c>webhook.refused</c>, <c>webhook.malformed</c>.</exception>
    public async Task<HeardCall> HearAsync(string source, WebhookCall call, CancellationToken cancellationToken)
    {
        if (await _definitions.Sources.FindOrDefaultAsync(source, cancellationToken) is not { } known || _connections.Hear(known, call) is not { } news) throw Unknown();
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        var told = (await _definitions.Pipelines.ListAsync(cancellationToken)).Where(pipeline => pipeline.Source == source && pipeline.Webhooks)
            .SelectMany(pipeline => Told(pipeline, news).Select(stream => new { pipeline = pipeline.Name, stream, now })).ToList();
        if (told.Count > 0)
        {
            await _database.WriteAsync(
                connection => connection.ExecuteAsync(
                    "INSERT INTO webhook_news (pipeline, stream, first_at) VALUES (@pipeline, @stream, @now) ON CONFLICT (pipeline, stream) DO NOTHING", told),
                cancellationToken);
            _signal.Set();
        }

        return new(news.Event, news.Streams, [.. told.Select(each => each.pipeline).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Since when something that was told waits, by pipeline.</summary>
    internal Task<IReadOnlyDictionary<string, DateTimeOffset>> WaitingAsync(CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyDictionary<string, DateTimeOffset>>(async connection =>
        (await connection.QueryAsync<(string Pipeline, long At)>("SELECT pipeline, min(first_at) FROM webhook_news GROUP BY pipeline"))
        .ToDictionary(row => row.Pipeline, row => DateTimeOffset.FromUnixTimeMilliseconds(row.At), StringComparer.Ordinal), cancellationToken);

    // Strangers call: whether there is the source is not for them.
    private static TidemarkException Unknown() =>
        new(FailureKind.Usage, "webhook.unknown", "No source of this name takes calls.") { Hint = "Set webhook_secret of the source." };

    private static IReadOnlyList<string> Told(PipelineDefinition pipeline, WebhookNews news) => news.Streams is null ? [""]
        : [.. news.Streams.Where(stream => pipeline.Streams.Count == 0 || pipeline.Streams.Contains(stream, StringComparer.Ordinal))];
}
