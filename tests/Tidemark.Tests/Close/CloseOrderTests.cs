using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Close;

/// <summary>What an event says never replaces what Close has now.</summary>
public sealed class CloseOrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly HashSet<string> _there = [];

    [Theory]
    [InlineData("tasks", "task.lead")]
    [InlineData("activities", "activity.note")]
    [InlineData("leads", "lead")]
    [InlineData("opportunities", "opportunity")]
    public async Task R5_an_object_that_was_deleted_and_is_there_again_stays(string stream, string objectType)
    {
        _there.Add("back");
        var ids = await ReadAsync(stream, objectType);
        ids.Where(id => id.EndsWith("back", StringComparison.Ordinal)).ShouldNotBeEmpty();
        ids.ShouldNotContain("-back");
        ids.ShouldContain("-gone");
    }

    private async Task<List<string>> ReadAsync(string stream, string objectType)
    {
        var clock = new StoppedClock(Now);
        var options = new CloseOptions { ApiKey = new Secret(Played.Key) };
        var api = CloseConnector.Api(options) with { RequestsPerSecond = 0, RetryDelay = TimeSpan.FromMilliseconds(1) };
        await using var source = new HttpSource(
            new HttpExchange(api, clock, new PlayedHandler(request => Answer(request, objectType))), CloseStreams.All(options, []), clock);
        var schema = CloseStreams.All(options, []).Single(known => known.Schema.Name == stream).Schema;
        return (await Played.ReadAsync(source, new ReadRequest(schema, null) { IsFull = true })).Ids;
    }

    private PlayedAnswer Answer(PlayedRequest request, string objectType)
    {
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts[^1] == "event")
        {
            var events = request["action"] is null or "deleted" ? string.Join(',', new[] { "back", "gone" }.Select(Deletion)) : "";
            return PlayedAnswer.Json($$"""{"data":[{{events}}],"cursor_next":null}""");
        }

        if (parts[^1] is "back" or "gone")
        {
            return _there.Contains(parts[^1]) ? PlayedAnswer.Json(Record(parts[^1]))
                : PlayedAnswer.Json("""{"error":"Not found"}""", 404);
        }

        var asked = request["id__in"]?.Split(',') ?? ["back", "gone"];
        return PlayedAnswer.Json($$"""{"data":[{{string.Join(',', asked.Where(_there.Contains).Select(Record))}}],"has_more":false,"cursor":null}""");

        string Deletion(string id) => $$$"""
            {"id":"ev_{{{id}}}","object_type":"{{{objectType}}}","object_id":"{{{id}}}","action":"deleted","date_updated":"2026-11-22T11:55:00+00:00","meta":{}}
            """;
    }

    private static string Record(string id) =>
        $$"""{"id":"{{id}}","date_created":"2026-01-01T00:00:00+00:00","date_updated":"2026-11-22T11:58:00+00:00"}""";
}
