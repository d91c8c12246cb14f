using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>The rows of one stream, as readings of a played Stripe leave them; a reading can be killed after any page.</summary>
internal sealed class StripeTable(PlayedStripe stripe, string stream, StoppedClock clock)
{
    private SortedDictionary<string, JsonObject> _staged = [];
    private Cursor? _stagedAt;

    public SortedDictionary<string, JsonObject> Rows { get; private set; } = new(StringComparer.Ordinal);

    public Cursor? Cursor { get; set; }

    /// <summary>Records and deletions that readings gave, in order.</summary>
    public List<(string Id, bool IsDeletion)> Given { get; } = [];

    public int PageSize { get; init; } = 100;

    /// <param name="isFull">Whether everything is read, beside the rows, and then takes their place.</param>
    /// <param name="pages">Pages after which the reading is killed; null lets it end.</param>
    public async Task ReadAsync(bool isFull = false, int? pages = null)
    {
        var options = new StripeOptions { ApiKey = new Secret(Played.Key), PageSize = PageSize, Parallel = 2 };
        var api = StripeConnector.Api(options) with { RequestsPerSecond = 0, RetryDelay = TimeSpan.FromMilliseconds(1) };
        await using var source = new HttpSource(new HttpExchange(api, clock, new PlayedHandler(stripe.Answer)), StripeStreams.All(options), clock);
        var schema = StripeStreams.All(options).Single(known => known.Schema.Name == stream).Schema;
        if (isFull && _stagedAt is null) _staged = new(StringComparer.Ordinal);
        await foreach (var page in source.ReadAsync(
            new ReadRequest(schema, isFull ? _stagedAt : Cursor) { IsFull = isFull }, TestContext.Current.CancellationToken))
        {
            using var _ = page;
            foreach (var record in page.Records) Write(isFull ? _staged : Rows, page, record);
            if (isFull) _stagedAt = page.After;
            else Cursor = page.After;
            // A reading whose last page is written is complete, even if the process ends then.
            if (pages-- <= 0 && page.After.Json.Contains("\"reading\"", StringComparison.Ordinal)) return;
        }

        if (!isFull) return;
        (Rows, Cursor, _stagedAt) = (_staged, _stagedAt, null);
    }

    private void Write(SortedDictionary<string, JsonObject> rows, Page page, RecordSlice record)
    {
        var json = JsonNode.Parse(Encoding.UTF8.GetString(page.Bytes.Span.Slice(record.Start, record.Length)))!.AsObject();
        var id = (string)json["id"]!;
        Given.Add((id, record.IsDeletion));
        if (record.IsDeletion) rows.Remove(id);
        else rows[id] = json;
    }
}
