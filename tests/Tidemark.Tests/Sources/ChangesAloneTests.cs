using Shouldly;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class ChangesAloneTests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task An_incremental_reading_lists_only_where_the_changes_do_not_show_what_is_new(bool showsNew, int listed)
    {
        var asked = new List<long>();
        var feed = new ChangeFeed((_, window, _) => ReadAsync(window.From), TimeSpan.FromDays(1000)) { ShowsNew = showsNew, Window = TimeSpan.FromDays(1000) };
        var stream = Played.Things with { Changes = feed, Overlap = TimeSpan.FromSeconds(30) };
        var handler = new PlayedHandler(_ => new PlayedAnswer(200, """{"data":[],"has_more":false}"""u8.ToArray()));
        var since = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        await using var source = new HttpSource(
            new HttpExchange(Played.Api(new Uri("http://vendor.test")), TimeProvider.System, handler), [stream], TimeProvider.System);

        var (_, last) = await Played.ReadAsync(source, new ReadRequest(stream.Schema, new Cursor($$"""{"v":1,"since":{{since}}}""")));
        handler.Asked.ShouldBe(listed);
        asked.ShouldBe([since - 30]);
        source.CanResume("things", last).ShouldBeTrue();

        await Played.ReadAsync(source, new ReadRequest(stream.Schema, null));
        handler.Asked.ShouldBe(listed + 1, "a first reading lists everything");

        async IAsyncEnumerable<HttpPage> ReadAsync(long from)
        {
            asked.Add(from);
            await Task.Yield();
            yield break;
        }
    }

    [Fact]
    public async Task A_problem_of_several_streams_is_one_and_names_them()
    {
        var handler = new PlayedHandler(_ => new PlayedAnswer(500, []));
        HttpApi api = Played.Api(new Uri("http://vendor.test")) with
        {
            Classify = _ => HttpVerdict.Fail(new TidemarkException(FailureKind.Configuration, "vendor.refused", "No.")),
        };
        var other = Played.Things with { Schema = Played.Things.Schema with { Name = "others" } };
        await using var source = new HttpSource(new HttpExchange(api, TimeProvider.System, handler), [Played.Things, other], TimeProvider.System)
        {
            Inquire = (_, _) => Task.FromResult(new SourceCheck([new Problem("vendor.other", "account", "It is closed.")], [new("plan", "free")])),
        };

        var check = await source.CheckAsync(TestContext.Current.CancellationToken);
        check.Problems.Select(problem => (problem.Code, string.Join(',', problem.Streams))).ShouldBe([("vendor.other", ""), ("vendor.refused", "things,others")]);
        check.Facts.ShouldBe([new("plan", "free")]);
    }
}
