using System.Text;
using Shouldly;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>What the tests of the HTTP sources read with.</summary>
internal static class Played
{
    public const string Key = "sk_test_do_not_tell";

    public static HttpApi Api(Uri address) => new(address)
    {
        Authentication = HttpAuthentication.Bearer(new Secret(Key)),
        RetryDelay = TimeSpan.FromMilliseconds(5),
        Retries = 3,
        AllowsPrivateNetwork = true,
        Classify = answer => HttpVerdict.ByStatus(answer, "source", answer.Quote("error/message")),
    };

    /// <summary>A list such as Stripe's: newest first, by the id of the last record, in pages of ten.</summary>
    public static readonly HttpListing Listing = new(
        "data",
        slice => HttpCall.Get("/things").With("limit", 10).With("after", slice.Position)
            .With("from", slice.From).With("to", slice.To),
        Paging.ByLastRecord("id", "has_more"))
    {
        PageSize = 10,
        Range = new ListingRange("created", WireTime.UnixSeconds, RangeOrder.NewestFirst),
        LosesPosition = error => error.Message.Contains("No such position", StringComparison.Ordinal),
    };

    public static readonly HttpStream Things = new(new StreamSchema("things", [new Field("id", FieldType.Text)]), Listing);

    /// <summary>What a connector makes of an answer that refuses a call, and how often it asked.</summary>
    public static async Task<(TidemarkException Failure, int Asked)> RefusalAsync(HttpApi api, HttpCall call, int status, string body)
    {
        var handler = new PlayedHandler(_ => new PlayedAnswer(status, Encoding.UTF8.GetBytes(body)));
        await using var exchange = new HttpExchange(api with { RetryDelay = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, handler);
        var failure = await FailureAsync(() => exchange.SendAsync(call, PageShape.One, TestContext.Current.CancellationToken));
        return (failure, handler.Asked);
    }

    public static ReadRequest Everything(HttpStream? stream = null) => new((stream ?? Things).Schema, null);

    /// <summary>Reads to the end; the ids in the order of the pages, deletions with a minus before them.</summary>
    public static async Task<(List<string> Ids, Cursor Last)> ReadAsync(ISource source, ReadRequest request)
    {
        var (ids, last) = (new List<string>(), new Cursor(""));
        await foreach (var page in source.ReadAsync(request, TestContext.Current.CancellationToken))
        {
            using (page)
            {
                ids.AddRange(Ids(page));
                last = page.After;
            }
        }

        return (ids, last);
    }

    public static IEnumerable<string> Ids(Page page) => page.Records.Select(record =>
    {
        var json = page.Bytes.Span.Slice(record.Start, record.Length);
        return (record.IsDeletion ? "-" : "") + JsonPlace.Find(json, "id")?.Text(json);
    });

    public static async Task<TidemarkException> FailureAsync(Func<Task> work) =>
        await Should.ThrowAsync<TidemarkException>(work);
}
