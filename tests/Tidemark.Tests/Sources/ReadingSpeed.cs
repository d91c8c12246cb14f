using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>Figures to look at, not promises: run them with <c>-explicit only</c>.</summary>
public sealed class ReadingSpeed
{
    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public async Task Twenty_thousand_records_when_each_page_takes_100_ms(int workers)
    {
        var records = Enumerable.Range(0, 20_000).Select(at => ($"t{at}", 1_700_000_000L + (at * 4_000L))).Reverse().ToList();
        var stream = Played.Things with
        {
            Parallel = workers,
            Listing = Played.Listing with { PageSize = 100, Call = slice => Played.Listing.Call(slice).With("size", 100) },
        };
        await using var server = new PlayedServer(request => Page(request) with { Delay = TimeSpan.FromMilliseconds(100) });
        await using var source = new HttpSource(
            new HttpExchange(Played.Api(server.Address) with { MaxConcurrent = 16 }, TimeProvider.System), [stream], TimeProvider.System);
        var watch = Stopwatch.StartNew();
        (await Played.ReadAsync(source, Played.Everything(stream))).Ids.Count.ShouldBe(20_000);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{workers} workers: {watch.Elapsed.TotalSeconds:0.0} s, {server.Requests.Count} requests"));

        PlayedAnswer Page(PlayedRequest request)
        {
            // Ids count down by time, so that a position is found without a search.
            var next = request["after"] is { } after ? int.Parse(after[1..], CultureInfo.InvariantCulture) - 1 : 19_999;
            if (request.Number("to") is { } to) next = (int)Math.Min(next, (to - 1_700_000_001L) / 4_000);
            var least = request.Number("from") is { } from ? Math.Max(0, (from - 1_700_000_000L + 3_999) / 4_000) : 0;
            var count = (int)Math.Clamp(next - least + 1, 0, 100);
            return PlayedList.Page(Enumerable.Range(0, count).Select(at => records[19_999 - next + at]), next - least + 1 > 100);
        }
    }
}
