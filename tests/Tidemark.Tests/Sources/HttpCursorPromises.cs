using Shouldly;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class HttpCursorPromises
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly StoppedClock _clock = new(Now);
    private readonly List<(long From, long? To)> _windows = [];

    [Fact]
    public async Task A_complete_reading_leaves_the_time_at_which_it_began()
    {
        // A record from the future, as a vendor's test clock makes them, must not carry the cursor along.
        var list = new PlayedList([("past", 1_700_000_000), ("future", Now.AddYears(3).ToUnixTimeSeconds())]);
        var (ids, last) = await Played.ReadAsync(Source(list), Played.Everything());
        ids.ShouldBe(["future", "past", "-gone"]);
        Left(last).ShouldBe(Now.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(-45, -45)]
    [InlineData(45, 0)]
    public async Task The_time_left_never_passes_the_vendors_own(int vendorMinutes, int leftMinutes)
    {
        var list = PlayedList.Spread(30);
        list.Fault = (_, answer) =>
        {
            answer.Headers["Date"] = Now.AddMinutes(vendorMinutes).ToString("R");
            return answer;
        };
        var left = Now.AddMinutes(leftMinutes).ToUnixTimeSeconds() - (leftMinutes < 0 ? -1 : 0);

        var (_, last) = await Played.ReadAsync(Source(list), Played.Everything());

        // Dates have whole seconds, and the vendor's second may be nearly over.
        Left(last).ShouldBe(left);
        _windows.ShouldBe([(left - 600, null)]);
    }

    [Fact]
    public async Task An_incremental_reading_lists_from_the_overlap_on_and_then_reads_the_changes()
    {
        var since = Now.AddHours(-1).ToUnixTimeSeconds();
        var list = new PlayedList([("old", since - 601), ("late", since - 600), ("new", since + 5)]);
        var (ids, last) = await Played.ReadAsync(Source(list), Everything(new Cursor($$"""{"v":1,"since":{{since}}}""")));
        ids.ShouldBe(["new", "late", "-gone"]);
        _windows.ShouldBe([(since - 600, null)]);
        Left(last).ShouldBe(Now.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_first_reading_catches_up_with_what_changed_since_it_began()
    {
        var list = PlayedList.Spread(30);
        await Played.ReadAsync(Source(list), Played.Everything());
        _windows.ShouldBe([(Now.ToUnixTimeSeconds() - 600, null)]);
    }

    [Fact]
    public async Task Changes_of_days_are_read_in_windows_the_oldest_first_and_resume_at_a_window()
    {
        var since = Now.AddDays(-3).ToUnixTimeSeconds();
        var cursors = new List<string>();
        await using var source = Source(new PlayedList([]));
        await foreach (var page in source.ReadAsync(Everything(new Cursor($$"""{"v":1,"since":{{since}}}""")), TestContext.Current.CancellationToken))
        {
            using (page) cursors.Add(page.After.Json);
        }

        _windows.Count.ShouldBe(4);
        _windows.Zip(_windows.Skip(1)).ShouldAllBe(pair => pair.First.To == pair.Second.From);
        var again = _windows[2].From;
        cursors[2].ShouldContain($"\"changes_from\":{again}");
        _windows.Clear();
        await Played.ReadAsync(source, Everything(new Cursor(cursors[2])));
        _windows[0].From.ShouldBe(again);
    }

    [Fact]
    public async Task A_full_reading_ignores_where_the_last_one_ended_and_merges_do_not_resume_it()
    {
        var list = PlayedList.Spread(30);
        var cursor = new Cursor($$"""{"v":1,"since":{{Now.ToUnixTimeSeconds()}}}""");
        (await Played.ReadAsync(Source(list), Everything(cursor) with { IsFull = true })).Ids.Count.ShouldBe(31);

        var half = await FirstCursorAsync(list, Everything(null) with { IsFull = true });
        (await Played.ReadAsync(Source(list), Everything(half) with { IsFull = true })).Ids.Count.ShouldBeLessThan(31);
        (await Played.ReadAsync(Source(list), Everything(half))).Ids.Count.ShouldBe(31);
    }

    [Theory]
    [InlineData("""{"v":2,"since":99999999999}""")]
    [InlineData("""{"since":99999999999}""")]
    [InlineData("""{"v":1}""")]
    [InlineData("""{"v":1,"reading":{"started":1}}""")]
    [InlineData("nothing")]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_cursor_of_another_make_cannot_be_resumed(string json) =>
        Source(new PlayedList([])).CanResume("things", new Cursor(json)).ShouldBeFalse();

    [Theory]
    [InlineData(28.9, true)]
    [InlineData(29.1, false)]
    public async Task A_cursor_older_than_the_change_feed_reaches_cannot_be_resumed(double days, bool canResume)
    {
        var source = Source(PlayedList.Spread(30));
        var begun = await FirstCursorAsync(PlayedList.Spread(30), Everything(null));
        _clock.Now = Now.AddDays(days);
        source.CanResume("things", begun).ShouldBe(canResume);
        source.CanResume("things", new Cursor($$"""{"v":1,"since":{{Now.ToUnixTimeSeconds()}}}""")).ShouldBe(canResume);
    }

    private static ReadRequest Everything(Cursor? from) => new(Played.Things.Schema, from);

    private async Task<Cursor> FirstCursorAsync(PlayedList list, ReadRequest request)
    {
        await foreach (var page in Source(list).ReadAsync(request, TestContext.Current.CancellationToken))
        {
            using (page) return page.After;
        }

        throw new InvalidOperationException("No page came.");
    }

    private HttpSource Source(PlayedList list) => new(
        new HttpExchange(Played.Api(new Uri("http://vendor.test")), _clock, new PlayedHandler(list.Answer)),
        [Played.Things with { Changes = new ChangeFeed(ReadChanges, TimeSpan.FromDays(30)) }], _clock);

    private async IAsyncEnumerable<HttpPage> ReadChanges(
        HttpExchange exchange, FeedWindow window, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        _windows.Add((window.From, window.To));
        using var changes = new HttpPageBuilder();
        changes.Add("""{"id":"gone"}"""u8, isDeletion: true);
        yield return changes.ToPage();
    }

    /// <summary>Where a complete reading has left the stream.</summary>
    private static long? Left(Cursor cursor) =>
        HttpCursor.Parse(cursor) is { Reading: null, Places: null, Until: null, Filter: null } left ? left.Since : null;
}
