using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoOrderTests
{
    [Fact]
    public async Task R5_a_record_that_was_taken_out_of_the_recycle_bin_stays()
    {
        var clock = new StoppedClock(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        var module = new ZohoModule("Leads", [new ZohoField("Modified_Time", "datetime", "string")]);
        var stream = ZohoStreams.Of(module, new ZohoOptions());
        var api = Played.Api(new Uri("https://zoho.test"));
        await using var source = new HttpSource(new HttpExchange(api, clock, new PlayedHandler(Answer)), [stream], clock);
        var (ids, _) = await Played.ReadAsync(source, new ReadRequest(stream.Schema, null) { IsFull = true });
        ids.ShouldBe(["back", "-gone"]);
    }

    private static PlayedAnswer Answer(PlayedRequest request)
    {
        const string End = "\"info\":{\"more_records\":false}";
        if (request.Path.EndsWith("/deleted", StringComparison.Ordinal))
        {
            return PlayedAnswer.Json($$"""
                {"data":[{"id":"back","deleted_time":"2026-11-22T11:55:00+00:00"},{"id":"gone","deleted_time":"2026-11-22T11:56:00+00:00"}],{{End}}}
                """);
        }

        return request["ids"] is { } asked && !asked.Split(',').Contains("back") ? new PlayedAnswer(204, [])
            : PlayedAnswer.Json($$"""{"data":[{"id":"back","Modified_Time":"2026-11-01T00:00:00+00:00"}],{{End}}}""");
    }
}
