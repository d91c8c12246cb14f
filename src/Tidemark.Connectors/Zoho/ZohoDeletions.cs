using System.Globalization;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Deleted records of a module, in the recycle bin and gone for good.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/get-deleted-records.html.</remarks>
internal sealed class ZohoDeletions(ZohoModule module)
{
    private const int PageSize = 200;
    private const int Cap = 2000;

    /// <summary>
    /// Deletions since a time, in Unix seconds. The list is filtered by its beginning alone, so it is read in one
    /// window.
    /// </summary>
    /// <exception cref="TidemarkException">Upstream <c>zoho.deletions_capped</c> where there are more than Zoho lists.</exception>
    public async IAsyncEnumerable<HttpPage> ReadAsync(
        HttpExchange exchange, FeedWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, to) = window;
        var list = HttpCall.Get($"/crm/v8/{Uri.EscapeDataString(module.ApiName)}/deleted").With("type", "all");
        var listing = new HttpListing("data", slice => ZohoPaging.Page(list, slice, PageSize), ZohoPaging.ByTokenOrNumber)
        {
            PageSize = PageSize,
        };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await using var pages = exchange.ReadAsync(listing, new Slice { From = from }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        var read = 0;
        while (await NextAsync(pages, module))
        {
            using var page = pages.Current;
            read += page.Records.Count;
            var deleted = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var index = 0; index < page.Records.Count; index++)
            {
                if (page.Value(index, "id") is { } id && IsWithin(page.Value(index, "deleted_time"), from, to)
                    && seen.Add(id))
                    deleted[id] = index;
            }

            var restored = await RestoredAsync(exchange, deleted.Keys, cancellationToken);
            using var gone = new HttpPageBuilder();
            foreach (var (id, index) in deleted)
            {
                if (!restored.Contains(id)) gone.Add(page.Record(index).Span, isDeletion: true);
            }

            yield return gone.ToPage();
        }

        // A list that ends at exactly its cap does not say whether it was cut there.
        if (read == Cap) throw Capped(module, null);
    }

    /// <summary>Those that are there: they were taken out of the recycle bin again, and the listing has shown them.</summary>
    private async Task<HashSet<string>> RestoredAsync(
        HttpExchange exchange, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in ids.Chunk(ZohoRecords.MaxIdsPerCall))
        {
            var call = module.List.With("fields", "id").With("ids", string.Join(',', some));
            using var answer = await exchange.SendAsync(call, new PageShape("data"), cancellationToken);
            for (var index = 0; index < answer.Records.Count; index++)
            {
                if (answer.Value(index, "id") is { } id) there.Add(id);
            }
        }

        return there;
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<HttpPage> pages, ZohoModule module)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (TidemarkException end)
            when (end.Code is "zoho.limit_reached" or "zoho.limit_exceeded" || ZohoPaging.LosesPosition(end))
        {
            throw Capped(module, end);
        }
    }

    private static bool IsWithin(string? time, long from, long? to) =>
        // One whose time cannot be read is gone all the same.
        !DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        || (at.ToUnixTimeSeconds() >= from && at.ToUnixTimeSeconds() < (to ?? long.MaxValue));

    private static TidemarkException Capped(ZohoModule module, TidemarkException? cause) =>
        new(FailureKind.Upstream, "zoho.deletions_capped",
            $"More records of {module.ApiName} were deleted since the last sync than Zoho lists.", cause)
        {
            Hint = "A full reading sees what is gone without the list of deleted records; read everything.",
            Next = new(NextAct.ReadEverything),
        };
}
