using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>
/// Completes lists within objects. Stripe gives their first ten entries and says that there are more.
/// </summary>
/// <remarks>https://docs.stripe.com/api/pagination: lists within objects page as others do.</remarks>
internal static class StripeNested
{
    /// <summary>Whether the list at a path of a record lacks entries.</summary>
    public static bool IsCut(ReadOnlySpan<byte> record, string list) =>
        // Looking for the name is a fraction of the work of reading the record, and most pages have no list at all.
        record.IndexOf("\"has_more\""u8) >= 0
        && JsonPlace.Find(record, $"{list}/has_more") is { Token: JsonTokenType.True };

    /// <summary>
    /// The page with the list of every record complete. The list is read again from its start: what it held and what
    /// it holds now may differ.
    /// </summary>
    public static async ValueTask<HttpPage> CompleteAsync(
        HttpExchange exchange, HttpPage page, string list, CancellationToken cancellationToken)
    {
        if (!Enumerable.Range(0, page.Records.Count).Any(index => IsCut(page.Record(index).Span, list))) return page;

        using (page)
        using (var whole = new HttpPageBuilder())
        {
            for (var index = 0; index < page.Records.Count; index++)
            {
                var record = page.Record(index);
                if (!IsCut(record.Span, list)) whole.Add(record.Span, unfit: page.Records[index].Unfit);
                else await CompleteAsync(exchange, record, list, whole, cancellationToken);
            }

            return whole.ToPage(envelope: page);
        }
    }

    /// <summary>Writes a record with all entries of its list in place of those that it has.</summary>
    private static async Task CompleteAsync(
        HttpExchange exchange, ReadOnlyMemory<byte> record, string list, HttpPageBuilder into,
        CancellationToken cancellationToken)
    {
        if (Place("url") is not { } url || url.Text(record.Span) is not { } address
            || Place("data") is not { } data || Place("has_more") is not { } flag)
        {
            into.Add(record.Span); // no list of Stripe's make
            return;
        }

        into.Write(record.Span[..Math.Min(data.Start, flag.Start)]);
        if (data.Start > flag.Start)
        {
            into.Write("false"u8);
            into.Write(record.Span[flag.End..data.Start]);
        }

        try
        {
            await WriteEntriesAsync(exchange, address, into, cancellationToken);
        }
        catch (TidemarkException gone) when (gone.Code == StripeErrors.NotFound)
        {
            // The object was deleted meanwhile; the event that says so is still to be read.
            into.Abandon();
            into.Add(record.Span);
            return;
        }
        catch (TidemarkException refused) when (OneRecord.ConcernsOne(refused))
        {
            into.Abandon();
            into.Add(record.Span, unfit: $"The rest of {list} could not be read: {refused.Message}");
            return;
        }

        if (data.Start < flag.Start)
        {
            into.Write(record.Span[data.End..flag.Start]);
            into.Write("false"u8);
        }

        into.Write(record.Span[Math.Max(data.End, flag.End)..]);
        into.EndRecord();

        JsonPlace? Place(string name) => JsonPlace.Find(record.Span, $"{list}/{name}");
    }

    private static async Task WriteEntriesAsync(
        HttpExchange exchange, string address, HttpPageBuilder into, CancellationToken cancellationToken)
    {
        into.Write("["u8);
        var isFirst = true;
        await foreach (var page in exchange.ReadAsync(StripePaging.Nested(address), new Slice(), cancellationToken))
        {
            using (page)
            {
                for (var index = 0; index < page.Records.Count; index++)
                {
                    if (!isFirst) into.Write(","u8);
                    into.Write(page.Record(index).Span);
                    isFirst = false;
                }
            }
        }

        into.Write("]"u8);
    }
}
