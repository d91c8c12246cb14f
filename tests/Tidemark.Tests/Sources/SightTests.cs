using System.Collections.Concurrent;
using Shouldly;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>P4: what a reading was not asked for, it does not prove to be gone.</summary>
public sealed class SightTests : IAsyncDisposable
{
    private static readonly StoppedClock Clock = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    private readonly HttpStream _stream;
    private readonly HttpSource _source;
    private string[] _places = ["a", "b", "c"];

    public SightTests()
    {
        _stream = Played.Things with
        {
            Listing = Played.Listing with
            {
                Range = null,
                Call = slice => HttpCall.Get("/things").With("limit", 10).With("after", slice.Position).With("places", slice.Scope),
                Scopes = (_, _) => Task.FromResult<IReadOnlyList<string>>(_places),
                ScopesAtOnce = 2,
            },
        };
        _source = Over(_stream, Played.Things with { Schema = Played.Things.Schema with { Name = "others" } });
    }

    private ConcurrentBag<string> Asked { get; } = [];

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task P4_a_full_reading_lacks_what_the_earlier_was_asked_for_and_it_was_not()
    {
        var before = await ReadAsync(null);
        Asked.Distinct().Order().ShouldBe(["a,b", "c"]);
        _places = ["a", "c", "d"];

        OutOfSight(before, await ReadAsync(null)).ShouldBe(["b"]);
        OutOfSight(before, before).ShouldBeEmpty();
    }

    [Fact]
    public async Task P4_what_incremental_readings_were_asked_for_is_added()
    {
        var before = await ReadAsync(null);
        _places = ["a", "d"];
        before = await ReadAsync(before, isFull: false);
        _places = ["a"];
        before = await ReadAsync(before, isFull: false);

        OutOfSight(before, await ReadAsync(null)).ShouldBe(["b", "c", "d"]);
    }

    [Fact]
    public async Task R2_a_scope_that_appears_later_is_read_from_its_beginning_and_one_that_is_missing_keeps_its_place()
    {
        var stream = _stream with
        {
            Listing = _stream.Listing with
            {
                Range = Played.Listing.Range,
                Call = slice => _stream.Listing.Call(slice).With("from", slice.From),
                ScopesAtOnce = 9,
            },
            Overlap = TimeSpan.FromSeconds(30),
        };
        var clock = new StoppedClock(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        var asked = new List<(string? Places, long? From)>();
        var handler = new PlayedHandler(request =>
        {
            asked.Add((request["places"], request.Number("from")));
            return PlayedList.Page([], hasMore: false);
        });
        await using var source = new HttpSource(new HttpExchange(Played.Api(new Uri("http://vendor.test")), clock, handler), [stream], clock);
        Cursor? cursor = null;
        (await MergeAsync("a", "b")).ShouldBe([("a,b", null)]);
        var first = clock.Now.ToUnixTimeSeconds();
        (await MergeAsync("a")).ShouldBe([("a", first - 30)], "b is missing");
        (await MergeAsync("a", "b", "c")).Order().ToList().ShouldBe([("a,b", first - 30), ("c", null)], "b from its place, c from its beginning");
        var third = clock.Now.ToUnixTimeSeconds();
        (await MergeAsync("a", "b", "c")).ShouldBe([("a,b,c", third - 30)]);

        async Task<List<(string?, long?)>> MergeAsync(params string[] places)
        {
            (_places, clock.Now) = (places, clock.Now.AddHours(1));
            asked.Clear();
            cursor = (await Played.ReadAsync(source, new ReadRequest(stream.Schema, cursor))).Last;
            return [.. asked.Distinct()];
        }
    }

    [Fact]
    public async Task R2_changes_are_asked_for_since_the_scope_that_lags_most_and_new_scopes_are_listed()
    {
        var windows = new List<(long From, string Places)>();
        var stream = _stream with
        {
            Changes = new ChangeFeed((_, window, _) => ReadAsync(window), TimeSpan.FromDays(4000)) { ShowsNew = true, Window = TimeSpan.FromDays(4000) },
            Overlap = TimeSpan.Zero,
        };
        var clock = new StoppedClock(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        await using var source = new HttpSource(
            new HttpExchange(Played.Api(new Uri("http://vendor.test")), clock, new PlayedHandler(request =>
            {
                Asked.Add(request["places"]!);
                return PlayedList.Page([], hasMore: false);
            })), [stream], clock);
        Cursor? cursor = null;
        await MergeAsync("a", "b");
        var first = clock.Now.ToUnixTimeSeconds();
        Asked.Clear();
        await MergeAsync("a");
        Asked.ShouldBeEmpty();
        windows.ShouldBe([(first, "a")]);
        await MergeAsync("a", "b", "c");
        Asked.Distinct().ShouldBe(["c"]);
        windows.ShouldBe([(first, "a,b,c")], "b has not been read since");

        async Task MergeAsync(params string[] places)
        {
            (_places, clock.Now) = (places, clock.Now.AddHours(1));
            windows.Clear();
            cursor = (await Played.ReadAsync(source, new ReadRequest(stream.Schema, cursor))).Last;
        }

        async IAsyncEnumerable<HttpPage> ReadAsync(FeedWindow window)
        {
            windows.Add((window.From, string.Join(',', window.Scopes ?? [])));
            await Task.Yield();
            yield break;
        }
    }

    [Fact]
    public async Task P4_a_reading_that_goes_on_has_asked_for_what_it_began_with()
    {
        var before = await ReadAsync(null);
        Cursor? broken = null;
        await foreach (var page in _source.ReadAsync(Played.Everything(_stream) with { IsFull = true }, TestContext.Current.CancellationToken))
        {
            using (page) broken = page.After;
            break;
        }

        _places = ["a"];
        OutOfSight(before, await ReadAsync(broken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task P4_another_filter_reads_everything_again_and_proves_nothing_of_what_the_earlier_found()
    {
        var before = await ReadAsync(null);
        await using var narrowed = Over(_stream with { Filter = "(Stage:equals:Won)" });
        await using var other = Over(_stream with { Filter = "(Stage:equals:Lost)" });
        var now = (await Played.ReadAsync(narrowed, new ReadRequest(_stream.Schema, null) { IsFull = true })).Last;

        _source.CanResume("things", before).ShouldBeTrue();
        narrowed.CanResume("things", before).ShouldBeFalse();
        narrowed.CanResume("things", now).ShouldBeTrue();
        other.CanResume("things", now).ShouldBeFalse();
        narrowed.OutOfSight("things", before, now).ShouldBe(["records without a filter"]);
        narrowed.OutOfSight("things", now, now).ShouldBe([]);
        other.OutOfSight("things", now, (await Played.ReadAsync(other, new ReadRequest(_stream.Schema, null) { IsFull = true })).Last)
            .ShouldBe(["(Stage:equals:Won)"]);
    }

    [Fact]
    public async Task P4_a_merge_by_another_filter_reads_all_that_it_shows_and_what_it_does_not_show_is_not_gone()
    {
        var (asked, windows) = (new List<long?>(), new List<long>());
        var clock = new StoppedClock(Clock.Now);
        var stream = Played.Things with
        {
            Changes = new ChangeFeed((_, window, _) => Read(window), TimeSpan.FromDays(30)) { Window = TimeSpan.FromDays(4000) },
            Overlap = TimeSpan.FromSeconds(30),
        };
        HttpSource By(string? filter) => new(new HttpExchange(Played.Api(new Uri("http://vendor.test")), clock, new PlayedHandler(request =>
        {
            asked.Add(request.Number("from"));
            return PlayedList.Page([], hasMore: false);
        })), [stream with { Filter = filter }], clock);
        await using HttpSource first = By("a"), second = By("b"), whole = By(null);
        async Task<Cursor> MergeAsync(HttpSource source, Cursor? from)
        {
            clock.Now = clock.Now.AddHours(1);
            asked.Clear();
            windows.Clear();
            return (await Played.ReadAsync(source, new ReadRequest(stream.Schema, from))).Last;
        }

        var before = await MergeAsync(first, null);
        var began = clock.Now.ToUnixTimeSeconds();
        (second.CanResume("things", before), second.CanExtend("things", before), first.CanExtend("things", before)).ShouldBe((false, true, false));
        var after = await MergeAsync(second, before);
        asked.ShouldBe([null], "all records of the other filter");
        windows.ShouldBe([began - 30], "and what has changed in the meantime");
        var last = await MergeAsync(second, after);
        asked.ShouldBe([began + 3600 - 30], "from then on as ever");

        var full = (await Played.ReadAsync(second, new ReadRequest(stream.Schema, null) { IsFull = true })).Last;
        second.OutOfSight("things", last, full).ShouldBe(["a"]);
        second.OutOfSight("things", full, full).ShouldBe([]);
        whole.OutOfSight("things", last, (await Played.ReadAsync(whole, new ReadRequest(stream.Schema, null) { IsFull = true })).Last)
            .ShouldBe([], "without a filter all of it was asked for");
        first.OutOfSight("things", await MergeAsync(first, last), before).ShouldBe(["b"]);
        clock.Now = clock.Now.AddDays(31);
        second.CanExtend("things", before).ShouldBeFalse("the changes since are no longer kept");

        async IAsyncEnumerable<HttpPage> Read(FeedWindow window)
        {
            windows.Add(window.From);
            await Task.CompletedTask;
            yield break;
        }
    }

    [Fact]
    public async Task R2_a_scope_that_is_missing_while_the_filter_changes_is_read_by_the_new_one_from_its_beginning()
    {
        var clock = new StoppedClock(Clock.Now);
        var asked = new List<(string? Places, long? From)>();
        var stream = _stream with
        {
            Listing = _stream.Listing with { Range = Played.Listing.Range, Call = slice => _stream.Listing.Call(slice).With("from", slice.From), ScopesAtOnce = 9 },
            Overlap = TimeSpan.Zero,
        };
        HttpSource By(string filter) => new(new HttpExchange(Played.Api(new Uri("http://vendor.test")), clock, new PlayedHandler(request =>
        {
            asked.Add((request["places"], request.Number("from")));
            return PlayedList.Page([], hasMore: false);
        })), [stream with { Filter = filter }], clock);
        await using HttpSource first = By("x"), second = By("y");
        Cursor? cursor = null;
        (await MergeAsync(first, "a", "b")).ShouldBe([("a,b", null)]);
        (await MergeAsync(second, "a")).ShouldBe([("a", null)], "by another filter, from the beginning; b is missing");
        var then = clock.Now.ToUnixTimeSeconds();
        (await MergeAsync(second, "a", "b")).Order().ToList().ShouldBe([("a", then), ("b", null)], "y has never shown what is in b");

        async Task<List<(string?, long?)>> MergeAsync(HttpSource source, params string[] places)
        {
            (_places, clock.Now) = (places, clock.Now.AddHours(1));
            asked.Clear();
            cursor = (await Played.ReadAsync(source, new ReadRequest(stream.Schema, cursor))).Last;
            return [.. asked.Distinct()];
        }
    }

    [Fact]
    public async Task P4_rows_of_which_no_cursor_says_what_they_were_asked_for_are_unknown_and_others_need_no_proof()
    {
        var now = await ReadAsync(null);
        var old = new Cursor("""{"v":1,"since":1700000000}""");

        _source.OutOfSight("things", null, now).ShouldBeNull();
        _source.OutOfSight("things", old, now).ShouldBeNull();
        _source.OutOfSight("things", await ReadAsync(old, isFull: false), now).ShouldBeNull("what was unknown stays so");
        _source.OutOfSight("others", null, now).ShouldBe([]);
    }

    [Fact]
    public async Task W2_what_was_read_from_another_account_is_no_state_to_resume_from_and_its_rows_are_not_taken_for_gone()
    {
        var plain = Played.Things with { Listing = Played.Listing with { Range = null } };
        async Task<Cursor> ReadFromAsync(HttpSource source) => (await Played.ReadAsync(source, Played.Everything(plain))).Last;
        HttpSource At(string address, params string[] facts) => new(
            new HttpExchange(Played.Api(new Uri(address)), Clock, new PlayedHandler(request => new PlayedList([("x", 1)]).Page(request))), [plain], Clock)
        {
            AccountFacts = facts,
        };
        await using var live = At("http://vendor.test", "live");
        await using var other = At("http://vendor.test", "test");
        await using var elsewhere = At("http://other.test", "live");
        var (mine, theirs) = (await ReadFromAsync(live), await ReadFromAsync(other));

        live.CanResume("things", mine).ShouldBeTrue();
        other.CanResume("things", mine).ShouldBeFalse();
        elsewhere.CanResume("things", mine).ShouldBeFalse();
        live.OutOfSight("things", mine, mine).ShouldBe([]);
        other.OutOfSight("things", mine, theirs).ShouldHaveSingleItem().ShouldContain("account");
        // An older version kept none.
        other.CanResume("things", new Cursor("""{"v":1,"since":1800000000}""")).ShouldBeTrue();
        mine.Json.ShouldNotContain("vendor.test");
    }

    [Fact]
    public async Task W2_two_accounts_at_one_address_are_told_apart_by_the_id_that_the_vendor_gives()
    {
        var plain = Played.Things with { Listing = Played.Listing with { Range = null } };
        HttpSource Of(string? owner) => new(
            new HttpExchange(Played.Api(new Uri("http://vendor.test")), Clock, new PlayedHandler(request => new PlayedList([("x", 1)]).Page(request)))
            {
                Owner = owner,
            },
            [plain], Clock);
        await using var mine = Of("acct_1");
        await using var theirs = Of("acct_2");
        await using var unknown = Of(null);
        var (first, second) = ((await Played.ReadAsync(mine, Played.Everything(plain))).Last, (await Played.ReadAsync(theirs, Played.Everything(plain))).Last);

        mine.CanResume("things", first).ShouldBeTrue();
        theirs.CanResume("things", first).ShouldBeFalse();
        theirs.OutOfSight("things", first, second).ShouldHaveSingleItem().ShouldContain("account");
        first.Json.ShouldNotContain("acct_1");
        // A key that may not ask is of no account in particular, and what it reads stays that of the one before.
        unknown.CanResume("things", first).ShouldBeTrue();
        var later = (await Played.ReadAsync(unknown, new ReadRequest(plain.Schema, first))).Last;
        theirs.CanResume("things", later).ShouldBeFalse();
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(400, false)]
    [InlineData(403, false)]
    public async Task R1_an_end_behind_which_the_vendor_refuses_to_answer_is_not_proven(int status, bool isProven)
    {
        var stream = Played.Things with
        {
            Listing = Played.Listing with { Range = null, End = new(EndProof.NothingFollows, "https://vendor.test/paging") },
        };
        var handler = new PlayedHandler(request => request["after"] is null
            ? PlayedAnswer.Json("""{"data":[{"id":"a"}],"has_more":false}""")
            : new PlayedAnswer(status, status == 200 ? """{"data":[],"has_more":false}"""u8.ToArray() : "{}"u8.ToArray()));
        await using var source = new HttpSource(new HttpExchange(Played.Api(new Uri("http://vendor.test")), Clock, handler), [stream], Clock);

        var (ids, end) = await Played.ReadAsync(source, Played.Everything(stream));
        ids.ShouldBe(["a"]);
        source.ProvesEnd("things", end).ShouldBe(isProven);
        // Another process goes on from the cursor, and knows it too.
        await using var later = new HttpSource(new HttpExchange(Played.Api(new Uri("http://vendor.test")), Clock, handler), [stream], Clock);
        later.ProvesEnd("things", end).ShouldBe(isProven);
    }

    [Fact]
    public async Task R3_an_end_behind_which_the_vendor_gives_the_same_page_once_more_is_not_proven()
    {
        var stream = Played.Things with
        {
            Listing = Played.Listing with { Range = null, End = new(EndProof.NothingFollows, "https://vendor.test/paging") },
        };
        // There are more, and a cache that does not look at the position.
        var handler = new PlayedHandler(_ => PlayedAnswer.Json("""{"data":[{"id":"a"},{"id":"b"}],"has_more":false}"""));
        await using var source = new HttpSource(new HttpExchange(Played.Api(new Uri("http://vendor.test")), Clock, handler), [stream], Clock);

        var (ids, end) = await Played.ReadAsync(source, Played.Everything(stream));
        ids.ShouldBe(["a", "b"]);
        source.ProvesEnd("things", end).ShouldBeFalse();
    }

    private HttpSource Over(params HttpStream[] streams)
    {
        var handler = new PlayedHandler(request =>
        {
            Asked.Add(request["places"]!);
            return new PlayedList([(request["places"]!, 1)]).Page(request);
        });
        return new HttpSource(
            new HttpExchange(Played.Api(new Uri("http://vendor.test")), Clock, handler), streams, Clock);
    }

    private IReadOnlyList<string> OutOfSight(Cursor before, Cursor now) => _source.OutOfSight("things", before, now).ShouldNotBeNull();

    private async Task<Cursor> ReadAsync(Cursor? from, bool isFull = true) =>
        (await Played.ReadAsync(_source, new ReadRequest(_stream.Schema, from) { IsFull = isFull })).Last;
}
