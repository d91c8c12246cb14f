using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Completes records: those of a module with more fields than one call may request, and those found by a query, which
/// returns only ids. The groups of fields are read by id and put together.
/// </summary>
/// <param name="module">Module of the records.</param>
/// <param name="criteria">What a record must meet to be kept; null keeps all.</param>
internal sealed class ZohoRecords(ZohoModule module, ZohoCriteria? criteria)
{
    // Ids have 19 digits and the parameter holds 1,024 characters.
    public const int MaxIdsPerCall = 50;
    private const int MaxCallsAtOnce = 4;

    private static readonly PageShape Shape = new("data") { IsolatesFlaws = true };

    /// <summary>Whether a page of the list has all of a record.</summary>
    public bool AreWhole => criteria is null && module.FieldGroups.Count == 1;

    /// <summary>
    /// The page with whole records. One that was listed and is not given by its id must not become a row: where it is gone
    /// meanwhile, the list of deleted records says so in the next run.
    /// </summary>
    public async ValueTask<HttpPage> CompleteAsync(HttpExchange exchange, HttpPage page, CancellationToken cancellationToken)
    {
        // A query gives ids, so every group is still to be read; a list has the first group already.
        var groups = module.FieldGroups.Skip(criteria is null ? 1 : 0).ToList();
        var ids = Enumerable.Range(0, page.Records.Count).Select(index => page.Value(index, "id")).OfType<string>().ToList();
        var found = new ConcurrentDictionary<(int Group, string Id), (HttpPage Page, int Index)>();
        var pages = new ConcurrentBag<HttpPage>();
        try
        {
            await Parallel.ForEachAsync(
                groups.Index().SelectMany(group => ids.Chunk(MaxIdsPerCall), (group, some) => (Group: group, Ids: some)),
                new ParallelOptions { MaxDegreeOfParallelism = MaxCallsAtOnce, CancellationToken = cancellationToken },
                async (part, stop) =>
                {
                    var call = module.List.With("fields", part.Group.Item).With("ids", string.Join(',', part.Ids));
                    var answer = await exchange.SendAsync(call, Shape, stop);
                    pages.Add(answer);
                    for (var index = 0; index < answer.Records.Count; index++)
                    {
                        if (answer.Value(index, "id") is { } id) found[(part.Group.Index, id)] = (answer, index);
                    }
                });

            using var whole = new HttpPageBuilder();
            using (page)
            {
                for (var index = 0; index < page.Records.Count; index++)
                {
                    ReadOnlyMemory<byte>? listed = criteria is null ? page.Record(index) : (ReadOnlyMemory<byte>?)null;
                    if (page.Value(index, "id") is { } id) Add(id, listed, whole);
                    else whole.Add(page.Record(index).Span);
                }

                return whole.ToPage(envelope: page);
            }
        }
        finally
        {
            foreach (var answer in pages) answer.Dispose();
        }

        void Add(string id, ReadOnlyMemory<byte>? first, HttpPageBuilder into)
        {
            var parts = new List<ReadOnlyMemory<byte>>();
            if (first is { } known) parts.Add(known);
            for (var group = 0; group < groups.Count; group++)
            {
                if (!found.TryGetValue((group, id), out var part))
                {
                    into.Add(Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id }.ToJsonString()), unfit: "The record was listed, but is not given by its id.");
                    return;
                }

                parts.Add(part.Page.Record(part.Index));
            }

            // The first group wins where several have the same property.
            var record = parts.Count == 1 ? parts[0] : JsonProperties.Join(parts, new HashSet<string>(StringComparer.Ordinal).Add);
            if (criteria is null || ZohoFilter.Matches(criteria, record.Span) || !JsonProperties.IsValid(record.Span)) into.Add(record.Span);
        }
    }
}
