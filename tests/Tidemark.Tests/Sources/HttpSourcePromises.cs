using Shouldly;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class HttpSourcePromises
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(400)]
    public async Task Every_record_is_read_once(int count)
    {
        var list = PlayedList.Spread(count);
        var (ids, _) = await Played.ReadAsync(Source(list, out _), Played.Everything());
        ids.Order().ShouldBe(list.Ids.Order());
    }

    [Fact]
    public async Task Records_of_the_same_second_are_all_read_even_when_they_fill_pages()
    {
        var list = new PlayedList(Enumerable.Range(0, 95).Select(at => ($"t{at}", at < 60 ? 1_600_000_000L : 1_600_000_000L + (at % 3))));
        var (ids, _) = await Played.ReadAsync(Source(list, out _), Played.Everything());
        ids.Order().ShouldBe(list.Ids.Order());
    }

    [Fact]
    public async Task Reading_ranges_at_once_costs_few_requests_more_than_reading_one_after_the_other()
    {
        var recent = Enumerable.Range(0, 1000).Select(at => ($"t{at:0000}", 1_790_000_000L + (at * 31L)));
        await using var source = Source(new PlayedList(recent), out var vendor);
        await Played.ReadAsync(source, Played.Everything());
        // 100 pages, and for each range that was given away one call that shows its end.
        vendor.Asked.ShouldBeInRange(101, 190);
    }

    [Fact]
    public async Task R3_a_list_is_at_its_end_where_nothing_follows_its_last_record()
    {
        await using var source = Source(PlayedList.Spread(7), out var vendor);
        await Played.ReadAsync(source, Played.Everything());
        vendor.Asked.ShouldBe(2, "the page, and what follows it");
    }

    [Fact]
    public async Task R3_a_short_page_that_claims_to_be_the_last_is_asked_about_once_more()
    {
        var list = PlayedList.Spread(40);
        list.Fault = (request, answer) => request["after"] is null ? PlayedList.Page(list.First(request, 4), hasMore: false) : answer;
        var (ids, _) = await Played.ReadAsync(Source(list, out _), Played.Everything());
        ids.Order().ShouldBe(list.Ids.Order());
    }

    [Fact]
    public async Task R1_what_is_refused_behind_the_last_page_is_the_end()
    {
        var list = PlayedList.Spread(7);
        list.Fault = (request, answer) => request["after"] is null ? answer : PlayedAnswer.Json("""{"error":{"message":"Out of range"}}""", 400);
        (await Played.ReadAsync(Source(list, out _), Played.Everything())).Ids.Count.ShouldBe(7);

        list.Fault = (request, answer) => request["after"] is null ? Lie(answer, hasMore: true) : PlayedAnswer.Json("""{"error":{"message":"Out of range"}}""", 400);
        (await Played.FailureAsync(() => Played.ReadAsync(Source(list, out _), Played.Everything()))).Code.ShouldBe("source.refused", "more was promised");
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(int.MaxValue, null)]
    public async Task R6_a_reading_has_to_come_to_the_total_that_the_vendor_gives(int lies, int? read)
    {
        // The page says that it is the last and counts more: asked again it may say so no more.
        var list = PlayedList.Spread(7);
        var stream = Played.Things with { Listing = new("data", _ => HttpCall.Get("/things"), Paging.None) { Total = "total" } };
        await using var source = Source(
            _ => WithTotal(PlayedList.Page(list.First(null, lies-- > 0 ? 5 : 7), hasMore: false), 7), out var _, stream);
        if (read is { } all) (await Played.ReadAsync(source, Played.Everything(stream))).Ids.Count.ShouldBe(all);
        else (await Played.FailureAsync(() => Played.ReadAsync(source, Played.Everything(stream)))).Code.ShouldBe("source.below_total");
    }

    private static PlayedAnswer WithTotal(PlayedAnswer answer, int total) => PlayedAnswer.Json(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"total":{{total}},""") + System.Text.Encoding.UTF8.GetString(answer.Body)[1..]);

    [Fact]
    public async Task R8_an_empty_page_with_a_new_position_is_gone_through()
    {
        var pages = new Dictionary<string, string>
        {
            [""] = """{"data":[{"id":"a"}],"info":{"next":"1","more":true}}""",
            ["1"] = """{"data":[],"info":{"next":"2","more":true}}""",
            ["2"] = """{"data":[],"info":{"next":"3","more":true}}""",
            ["3"] = """{"data":[{"id":"b"}],"info":{"next":"4","more":false}}""",
        };
        var stream = Played.Things with
        {
            Listing = new HttpListing(
                "data", slice => HttpCall.Get("/things").With("token", slice.Position), Paging.ByToken("info/next", "info/more")),
        };
        var handler = new PlayedHandler(request => PlayedAnswer.Json(pages[request["token"] ?? ""]));
        await using var source = new HttpSource(
            new HttpExchange(Played.Api(new Uri("http://vendor.test")), TimeProvider.System, handler), [stream], TimeProvider.System);
        (await Played.ReadAsync(source, Played.Everything(stream))).Ids.ShouldBe(["a", "b"]);
        handler.Asked.ShouldBe(4, "none was asked for twice");
    }

    [Fact]
    public async Task R8_two_pages_in_turn_under_ever_new_positions_are_a_loop()
    {
        await using var source = Tokens(page => PlayedAnswer.Json(
            $$$"""{"data":[{"id":"{{{(page % 2 == 0 ? "a" : "b")}}}"}],"info":{"next":"{{{page + 1}}}"}}"""));
        var failure = await Played.FailureAsync(() => Played.ReadAsync(source, Played.Everything()));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Upstream, "source.paging_loop"));
    }

    [Fact]
    public async Task A_full_page_that_claims_to_be_the_last_is_asked_about_once_more()
    {
        var list = PlayedList.Spread(40);
        list.Fault = (request, answer) => request["after"] is null ? Lie(answer, hasMore: false) : answer;
        var (ids, _) = await Played.ReadAsync(Source(list, out _), Played.Everything());
        ids.Order().ShouldBe(list.Ids.Order());
    }

    [Fact]
    public async Task R8_a_last_page_that_claims_more_is_believed_until_nothing_comes()
    {
        var list = PlayedList.Spread(7);
        list.Fault = (request, answer) => (request["after"], request["to"]) is (null, null) ? Lie(answer, hasMore: true) : answer;
        (await Played.ReadAsync(Source(list, out _), Played.Everything())).Ids.Count.ShouldBe(7);
    }

    [Fact]
    public async Task R8_an_empty_page_that_claims_more_is_asked_for_again_and_then_refused()
    {
        var empty = 2;
        var list = PlayedList.Spread(30);
        list.Fault = (request, answer) => request["after"] is not null && empty-- > 0 ? PlayedList.Page([], hasMore: true) : answer;
        (await Played.ReadAsync(Source(list, out _), Played.Everything())).Ids.Count.ShouldBe(30);

        list.Fault = (request, answer) => request["after"] is not null ? PlayedList.Page([], hasMore: true) : answer;
        var failure = await Played.FailureAsync(() => Played.ReadAsync(Source(list, out _), Played.Everything()));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Upstream, "source.empty_page"));
    }

    [Fact]
    public async Task A_page_that_comes_twice_is_refused_after_one_more_try()
    {
        var list = PlayedList.Spread(30);
        list.Fault = (request, _) => list.Page(request with { Target = "/things?limit=10" });
        var failure = await Played.FailureAsync(() => Played.ReadAsync(Source(list, out _), Played.Everything()));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Upstream, "source.page_repeated"));
    }

    [Fact]
    public async Task A_token_that_leads_back_is_a_paging_loop()
    {
        // Tokens 1, 2, 3, 1, 2, 3, …: no page follows itself.
        await using var source = Tokens(page => PlayedAnswer.Json(
            $$$"""{"data":[{"id":"{{{page}}}"}],"info":{"next":"{{{(page % 3) + 1}}}"}}"""));
        var failure = await Played.FailureAsync(() => Played.ReadAsync(source, Played.Everything()));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Upstream, "source.paging_loop"));
    }

    [Fact]
    public async Task Tokens_are_followed_to_their_end()
    {
        await using var source = Tokens(page => PlayedAnswer.Json(
            $$$"""{"data":[{"id":"{{{page}}}"}],"info":{"next":{{{(page < 5 ? $"\"{page + 1}\"" : "null")}}}}}"""));
        (await Played.ReadAsync(source, Played.Everything())).Ids.ShouldBe(["0", "1", "2", "3", "4", "5"]);
    }

    [Fact]
    public async Task Offsets_are_followed_through_a_body()
    {
        var things = Enumerable.Range(0, 25).Select(at => ($"t{at}", 1L)).ToList();
        var stream = Played.Things with
        {
            Listing = new HttpListing(
                "data", slice => HttpCall.Search("/search", $$$"""{"skip":{{{Paging.Offset(slice)}}}}"""), Paging.ByOffset("has_more"))
            {
                PageSize = 10,
            },
        };
        await using var source = Source(request =>
        {
            var skip = int.Parse(request.Body[8..^1]);
            return PlayedList.Page(things.Skip(skip).Take(10), skip + 10 < things.Count);
        }, out _, stream);
        (await Played.ReadAsync(source, Played.Everything(stream))).Ids.ShouldBe(things.Select(thing => thing.Item1));
    }

    [Fact]
    public async Task Edges_hold_their_records_in_a_node()
    {
        var stream = Played.Things with
        {
            Listing = new HttpListing("data/items/edges", _ => HttpCall.Search("/graphql", "{}"),
                Paging.ByToken("data/items/pageInfo/endCursor", "data/items/pageInfo/hasNextPage"))
            {
                Record = "node",
            },
        };
        await using var source = Source(_ => PlayedAnswer.Json("""
            {"data":{"items":{"edges":[{"cursor":"x","node":{"id":"a"}},{"node":{"id":"b"},"cursor":"y"}],
            "pageInfo":{"endCursor":"y","hasNextPage":false}}}}
            """), out _, stream);
        (await Played.ReadAsync(source, Played.Everything(stream))).Ids.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Scopes_are_read_each_to_its_end()
    {
        var stream = Played.Things with
        {
            Listing = Played.Listing with
            {
                Range = null,
                Call = slice => HttpCall.Get("/things").With("limit", 10).With("after", slice.Position).With("place", slice.Scope),
                Scopes = (_, _) => Task.FromResult<IReadOnlyList<string>>(["a", "b", "c"]),
            },
        };
        var lists = new[] { "a", "b", "c" }.ToDictionary(
            place => place, place => new PlayedList(Enumerable.Range(0, 23).Select(at => ($"{place}{at}", (long)at))));
        await using var source = Source(request => lists[request["place"]!].Page(request), out _, stream);
        (await Played.ReadAsync(source, Played.Everything(stream))).Ids.Count.ShouldBe(69);
    }

    [Fact]
    public async Task A_position_whose_record_was_deleted_is_replaced_by_its_second()
    {
        var list = new PlayedList(Enumerable.Range(0, 60).Select(at => ($"t{at:00}", 1_600_000_000L + (at / 4))));
        var all = list.Ids.ToList();
        list.Fault = (request, answer) =>
        {
            if (request["after"] is not null && list.Ids.Count() == 60)
            {
                list.Delete(request["after"]!);
                return list.Page(request);
            }

            return answer;
        };
        var (ids, _) = await Played.ReadAsync(Source(list, out _), Played.Everything());
        ids.Distinct().Order().ShouldBe(all.Order());
    }

    [Fact]
    public async Task An_error_comes_after_the_pages_before_it()
    {
        var list = PlayedList.Spread(25);
        list.Fault = (request, answer) => request["after"] is { } && answer.Body.Length < 500 ? new PlayedAnswer(403, []) : answer;
        var stream = Played.Things with { Parallel = 1 };
        var ids = new List<string>();
        await using var source = Source(list.Answer, out _, stream);
        var failure = await Played.FailureAsync(async () =>
        {
            await foreach (var page in source.ReadAsync(Played.Everything(), TestContext.Current.CancellationToken))
            {
                using (page) ids.AddRange(Played.Ids(page));
            }
        });
        failure.Code.ShouldBe("source.forbidden");
        ids.Count.ShouldBe(20);
    }

    [Fact]
    public async Task A_check_names_every_stream_that_may_not_be_read()
    {
        await using var source = new HttpSource(
            Exchange(request => request.Path == "/open" ? PlayedList.Page([], false) : new PlayedAnswer(403, []), out _),
            [Named("open"), Named("shut"), Named("closed")], TimeProvider.System);
        var check = await source.CheckAsync(TestContext.Current.CancellationToken);
        check.Problems.Select(problem => problem.Subject).ShouldBe(["stream shut", "stream closed"]);

        static HttpStream Named(string name) => new(
            Played.Things.Schema with { Name = name }, Played.Listing with { Call = _ => HttpCall.Get($"/{name}") });
    }

    private static PlayedAnswer Lie(PlayedAnswer answer, bool hasMore)
    {
        var text = System.Text.Encoding.UTF8.GetString(answer.Body);
        return PlayedAnswer.Json(text[..text.LastIndexOf(':')] + (hasMore ? ":true}" : ":false}"));
    }

    private static HttpSource Tokens(Func<int, PlayedAnswer> page) => Source(
        request => page((int)(request.Number("token") ?? 0)), out _, Played.Things with
        {
            Listing = new HttpListing(
                "data", slice => HttpCall.Get("/things").With("token", slice.Position), Paging.ByToken("info/next")),
        });

    private static HttpSource Source(PlayedList list, out PlayedHandler vendor) => Source(list.Answer, out vendor);

    private static HttpSource Source(Func<PlayedRequest, PlayedAnswer> answer, out PlayedHandler vendor, HttpStream? stream = null) =>
        new(Exchange(answer, out vendor), [stream ?? Played.Things], TimeProvider.System);

    private static HttpExchange Exchange(Func<PlayedRequest, PlayedAnswer> answer, out PlayedHandler vendor) =>
        new(Played.Api(new Uri("http://vendor.test")), TimeProvider.System, vendor = new PlayedHandler(answer));
}
