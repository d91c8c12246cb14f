using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>Reads single objects of one stream as they are now.</summary>
/// <param name="read">The call that reads one object by its id.</param>
/// <param name="nested">Path of a list within the object, or null.</param>
/// <param name="floor">Objects created before this, in Unix seconds, are of no interest; null where all are.</param>
internal sealed class StripeObjects(Func<string, HttpCall> read, string? nested, long? floor)
{
    private const int MaxFetches = 16;

    /// <summary>Whether the object's nested list lacks entries.</summary>
    public bool IsCut(ReadOnlySpan<byte> record) => nested is not null && StripeNested.IsCut(record, nested);

    /// <summary>The objects of these ids as they are now. The caller disposes them.</summary>
    public async Task<IReadOnlyDictionary<string, OneRecord>> FetchAsync(
        HttpExchange exchange, IReadOnlyList<string> ids, RowAges rows, CancellationToken cancellationToken)
    {
        foreach (var id in ids) rows.Read(id);
        var fetched = new ConcurrentDictionary<string, OneRecord>(StringComparer.Ordinal);
        try
        {
            await Parallel.ForEachAsync(
                ids, new ParallelOptions { MaxDegreeOfParallelism = MaxFetches, CancellationToken = cancellationToken },
                async (id, token) => fetched[id] = await FetchAsync(exchange, id, token));
            return fetched;
        }
        catch
        {
            foreach (var found in fetched.Values) found.Dispose();
            throw;
        }
    }

    /// <summary>The objects of a list that names one of another kind; none where that is gone.</summary>
    public async IAsyncEnumerable<HttpPage> ListAsync(
        HttpExchange exchange, HttpCall list, RowAges rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var pages = exchange.ReadAsync(
            StripePaging.ByCreated(list, StripePaging.MaxPageSize), new Slice(), cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(pages))
        {
            var page = nested is null ? pages.Current
                : await StripeNested.CompleteAsync(exchange, pages.Current, nested, cancellationToken);
            using (page)
            using (var records = new HttpPageBuilder())
            {
                for (var index = 0; index < page.Records.Count; index++)
                {
                    if (page.Value(index, "id") is { } id) rows.Read(id);
                    Add(page.Record(index).Span, page.Records[index].Unfit, records);
                }

                yield return records.ToPage();
            }
        }
    }

    /// <summary>Adds an object to a page, unless it is older than what is of interest.</summary>
    public void Add(ReadOnlySpan<byte> record, string? unfit, HttpPageBuilder into)
    {
        if (!IsTooOld(record)) into.Add(record, unfit: unfit);
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<HttpPage> pages)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (TidemarkException gone) when (gone.Code is StripeErrors.NotFound or StripeErrors.ReferenceGone)
        {
            return false;
        }
    }

    private async Task<OneRecord> FetchAsync(HttpExchange exchange, string id, CancellationToken cancellationToken)
    {
        var found = await OneRecord.ReadAsync(exchange, read(id), failure => failure.Code == StripeErrors.NotFound, cancellationToken);
        return nested is null || found.Page is null ? found
            : found with { Page = await StripeNested.CompleteAsync(exchange, found.Page, nested, cancellationToken) };
    }

    private bool IsTooOld(ReadOnlySpan<byte> record) =>
        floor is not null && long.TryParse(JsonPlace.Find(record, "created")?.Text(record), out var created) && created < floor;
}
