using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>Whatever the records, the workers and the moment of the crash: every record is read, and readings end.</summary>
public sealed class ReadingResumePromises
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Creation times that cluster, tie and spread; workers; pages after which the reader crashes.</summary>
    private static readonly Gen<(long[] Times, int Workers, int[] Crashes)> Plays =
        from times in Gen.OneOf(
            Gen.Choose(1_262_304_000, 1_790_000_000).ArrayOf(), Gen.Choose(1_700_000_000, 1_700_000_009).ArrayOf(),
            Gen.Choose(1_100_000_000, 1_100_002_000).ArrayOf(),
            Gen.OneOf(Gen.Constant(1_650_000_000), Gen.Choose(1_500_000_000, 1_795_000_000)).ArrayOf())
        from more in Gen.Choose(0, 1_795_000_000).ArrayOf()
        from workers in Gen.Choose(1, 6)
        from crashes in Gen.Choose(0, 9).ArrayOf(3)
        select (times.Concat(more).Select(time => (long)time).ToArray(), workers, crashes);

    private static readonly Gen<(Slice Slice, RangeOrder Order, bool Keeps)> Splits =
        from low in Gen.Choose(0, 1000)
        from size in Gen.Choose(1, 1000)
        from at in Gen.Choose(0, 1000)
        from order in Gen.Elements(RangeOrder.NewestFirst, RangeOrder.OldestFirst)
        from keeps in Gen.Elements(true, false)
        select (new Slice { From = low, To = low + size, At = low + (at % size), Position = "p" }, order, keeps);

    [Fact]
    public void A_reading_that_crashes_and_resumes_yields_every_record_and_ends() => Check(Played.Things);

    [Fact]
    public void So_does_one_from_the_oldest_on() => Check(Played.Things with
    {
        Listing = Played.Listing with
        {
            Call = slice => Played.Listing.Call(slice).With("order", "oldest"),
            Range = new ListingRange("created", WireTime.UnixSeconds, RangeOrder.OldestFirst),
        },
    });

    [Fact]
    public void So_does_one_whose_positions_are_bound_to_their_range() => Check(Played.Things with
    {
        Listing = Played.Listing with { Paging = Played.Listing.Paging with { BindsPosition = true } },
    });

    [Fact]
    public void So_does_one_that_cannot_be_cut_into_ranges() => Check(Played.Things with
    {
        Listing = Played.Listing with { Range = null },
    });

    [Fact]
    public void Halves_of_a_slice_are_the_slice() => Prop.ForAll(Splits.ToArbitrary(), split =>
    {
        var range = new ListingRange("created", WireTime.UnixSeconds, split.Order);
        if (split.Slice.Split(range, 2000, split.Keeps) is not var (near, far)) return;
        (near.Position is null).ShouldBe(!split.Keeps);
        far.Position.ShouldBeNull();
        for (var second = split.Slice.From!.Value; second < split.Slice.To; second++)
        {
            var readBy = (IsAhead(near, second, split.Order) ? 1 : 0) + (IsAhead(far, second, split.Order) ? 1 : 0);
            readBy.ShouldBe(IsAhead(split.Slice, second, split.Order) ? 1 : 0);
        }
    }).QuickCheckThrowOnFailure();

    private static bool IsAhead(Slice slice, long second, RangeOrder order) => slice.Contains(second)
        && (slice.At is not { } at || (order == RangeOrder.NewestFirst ? second <= at : second >= at));

    private static void Check(HttpStream stream) => Prop.ForAll(
        Plays.ToArbitrary(),
        play => PlayAsync(stream with { Parallel = play.Workers }, play.Times, play.Crashes)).QuickCheckThrowOnFailure();

    private static async Task PlayAsync(HttpStream stream, long[] times, int[] crashes)
    {
        var list = new PlayedList(times.Select((time, at) => ($"t{at}", time)));
        var seen = new HashSet<string>();
        Cursor? cursor = null;
        foreach (var crash in crashes.Append(int.MaxValue))
        {
            await using var source = new HttpSource(
                new HttpExchange(Played.Api(new Uri("http://vendor.test")), new StoppedClock(Now), new PlayedHandler(list.Answer)),
                [stream], new StoppedClock(Now));
            var pages = 0;
            await foreach (var page in source.ReadAsync(new ReadRequest(stream.Schema, cursor) { IsFull = true }, CancellationToken.None))
            {
                using (page) seen.UnionWith(Played.Ids(page));
                cursor = page.After;
                if (++pages > crash) break;
            }

            if (pages <= crash) break;
            pages.ShouldBeLessThan(times.Length + 10);
        }

        seen.Order().ShouldBe(list.Ids.Order());
    }
}

/// <summary>A clock whose time a test sets; its timers run as the system's do.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
