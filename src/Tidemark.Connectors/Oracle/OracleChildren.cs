using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Makes the children that are expanded within records plain arrays, and whole ones. Up to framework version 2 they
/// come as arrays, from 3 on as collections of their own; both may hold the first 25 only.
/// </summary>
/// <param name="path">Path of the resource, e.g. <c>/crmRestApi/resources/latest/opportunities</c>.</param>
/// <param name="number">What addresses a record there, e.g. <c>OptyNumber</c>.</param>
/// <param name="names">The children, e.g. <c>ChildRevenue</c>.</param>
/// <remarks>https://docs.oracle.com/en/cloud/saas/sales/faaps/Framework_Versions.html.</remarks>
internal sealed class OracleChildren(string path, string number, IReadOnlyList<string> names)
{
    private const int DefaultLimit = 25;
    private const int PageSize = 500;
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = int.MaxValue };

    /// <summary>Ids of the children whose resource is known, to page them in one order.</summary>
    private static readonly Dictionary<string, string> Ids = new(StringComparer.Ordinal)
    {
        ["ChildRevenue"] = "RevnId",
        ["OpportunityContact"] = "OptyConId",
        ["OpportunityResource"] = "OptyResourceId",
    };

    /// <summary>The page with whole children; takes the page over.</summary>
    public async ValueTask<HttpPage> CompleteAsync(
        HttpExchange exchange, HttpPage page, CancellationToken cancellationToken)
    {
        using (page)
        using (var whole = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++)
            {
                try
                {
                    await CompleteAsync(exchange, page.Record(index), whole, cancellationToken);
                }
                catch (TidemarkException refused) when (OneRecord.ConcernsOne(refused))
                {
                    whole.Abandon();
                    whole.Add(page.Record(index).Span, unfit: $"The children of the record could not be read: {refused.Message}");
                }
            }

            return whole.ToPage(envelope: page);
        }
    }

    private async Task CompleteAsync(
        HttpExchange exchange, ReadOnlyMemory<byte> record, HttpPageBuilder into, CancellationToken cancellationToken)
    {
        var at = 0;
        var found = names.Select(name => (Name: name, Place: JsonPlace.Find(record.Span, name)))
            .Where(child => child.Place is not null).OrderBy(child => child.Place!.Value.Start);
        foreach (var (name, place) in found)
        {
            into.Write(record.Span[at..place!.Value.Start]);
            at = place.Value.End;
            var child = place.Value.In(record.Span);
            if (IsCut(child)) await ReadAllAsync(exchange, record, name, into, cancellationToken);
            else into.Write(Items(child));
        }

        into.Write(record.Span[at..]);
        into.EndRecord();
    }

    /// <summary>Whether children may be missing.</summary>
    internal static bool IsCut(ReadOnlySpan<byte> child)
    {
        var text = child.ToArray();
        return ForeignJson.Read(() => IsCut(text), true);
    }

    private static bool IsCut(byte[] child)
    {
        using var json = JsonDocument.Parse(child, Depth);
        if (json.RootElement.ValueKind == JsonValueKind.Array) return json.RootElement.GetArrayLength() >= DefaultLimit;
        if (json.RootElement.ValueKind != JsonValueKind.Object) return false;
        return !json.RootElement.TryGetProperty("items", out var items) || items.GetArrayLength() >= DefaultLimit
            || (json.RootElement.TryGetProperty("hasMore", out var more) && more.ValueKind == JsonValueKind.True);
    }

    private static ReadOnlySpan<byte> Items(ReadOnlySpan<byte> child) =>
        JsonPlace.Find(child, "items") is { } items ? items.In(child) : child;

    private async Task ReadAllAsync(
        HttpExchange exchange, ReadOnlyMemory<byte> record, string name, HttpPageBuilder into,
        CancellationToken cancellationToken)
    {
        var key = JsonPlace.Find(record.Span, number)?.Text(record.Span)
            ?? throw OracleErrors.NoNumber(path, number);
        var call = HttpCall.Get($"{path}/{Uri.EscapeDataString(key)}/child/{name}").With("onlyData", "true")
            .With("orderBy", Ids.TryGetValue(name, out var id) ? $"{id}:asc" : null).With("limit", PageSize);
        var list = new HttpListing("items", slice => call.With("offset", slice.Position), Paging.ByOffset("hasMore"))
        {
            PageSize = PageSize,
            OmitsEmpty = true,
            Identity = id ?? "Id",
        };

        into.Write("["u8);
        var isFirst = true;
        await foreach (var page in exchange.ReadAsync(list, new Slice(), cancellationToken))
        {
            using (page)
            {
                for (var index = 0; index < page.Records.Count; index++)
                {
                    if (!isFirst) into.Write(","u8);
                    isFirst = false;
                    into.Write(page.Record(index).Span);
                }
            }
        }

        into.Write("]"u8);
    }
}
