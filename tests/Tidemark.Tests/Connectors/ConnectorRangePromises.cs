using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>What every connector promises of a range of time that is read again.</summary>
public abstract partial class ConnectorPromises
{
    [Fact]
    public async Task P1_a_range_that_is_read_again_brings_its_records_back_and_nothing_else_and_the_place_to_resume_from_stays()
    {
        (await Bench.SyncAsync()).Status.ShouldBe(RunStatus.Succeeded);
        var able = new Dictionary<string, string>();
        foreach (var stream in Streams)
        {
            if (await Bench.RangeOfAsync(stream) is { } path) able[stream] = path;
        }

        if (able.Count == 0)
        {
            var refused = await Should.ThrowAsync<TidemarkException>(() => Bench.BackfillAsync(new("test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1))));
            refused.Code.ShouldBe("backfill.no_range");
            return;
        }

        var places = await Bench.PlacesAsync();
        var looked = 0;
        foreach (var (stream, path) in able)
        {
            var rows = await Bench.RowsAsync(stream, Id(stream));
            var times = rows.ToDictionary(row => row.Key, row => Time(row.Value, path));
            if (times.Values.Any(time => time is null)) continue; // records within others, whose time is that of the whole
            var sorted = times.Values.Select(time => time!.Value).Order().ToList();
            var (from, to) = (sorted[sorted.Count / 4], sorted[sorted.Count * 3 / 4]);
            if (from == to) continue;
            looked++;
            var inside = times.Where(time => time.Value >= from && time.Value < to).Select(time => time.Key).ToHashSet();
            var kept = times.First(time => time.Value == sorted[^1]).Key; // an empty table would be read whole
            await Bench.ExecuteAsync($"DELETE FROM \"{stream}\" WHERE {Id(stream)} <> '{kept}'");
            var middle = from.AddSeconds(Math.Max(1, (long)((to - from).TotalSeconds / 2)));

            foreach (var range in new[] { new ReadRange(from, middle), new ReadRange(middle, to) }.Where(range => range.From < range.To))
            {
                var result = await Bench.BackfillAsync(range, stream);
                result.Status.ShouldBe(RunStatus.Succeeded, $"{stream}: {Describe(result)}");
                result.IsVerified.ShouldBeTrue(stream);
            }

            (await Bench.RowsAsync(stream, Id(stream))).Keys.ShouldBe([.. inside, kept], ignoreOrder: true, stream);
        }

        looked.ShouldBeGreaterThan(0);
        (await Bench.PlacesAsync()).Select(WithoutUntil).ShouldBe(places.Select(WithoutUntil));
    }

    [Fact]
    public async Task R5_after_a_range_was_read_again_no_older_state_of_a_record_replaces_a_newer_one()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        if (await Bench.RangeOfAsync(Main) is null) return;
        // The last sync was an hour ago: what was read since is newer than its end.
        await Bench.ExecuteAsync("UPDATE _tidemark_checkpoints SET cursor = json_set(cursor, '$.until', json_extract(cursor, '$.until') - 3600, '$.since', json_extract(cursor, '$.since') - 3600) WHERE json_extract(cursor, '$.until') IS NOT NULL");
        var ids = (await Bench.TruthAsync(TruthOf(Main))).Keys.Take(3).ToList();
        await Bench.MutateAsync(TruthOf(Main), new { update = new { ids, set = Change } });
        // No event reports the later change; a list shows it.
        await Bench.MutateAsync(TruthOf(Main), new { update = new { ids }, events = false });
        (await Bench.BackfillAsync(new(DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow().AddDays(1)), Main)).Status.ShouldBe(RunStatus.Succeeded);
        await ShouldEqualTheSourceAsync(Main);

        (await Bench.SyncAsync(WriteMode.Merge, Main)).Status.ShouldBe(RunStatus.Succeeded);

        await ShouldEqualTheSourceAsync(Main);
    }

    private static string WithoutUntil(string place) => UntilKey.Replace(place, "");

    [GeneratedRegex(",?\"until\":\\d+", RegexOptions.None, 1000)]
    private static partial Regex UntilKey { get; }

    private static DateTimeOffset? Time(JsonNode record, string path)
    {
        var value = path.Split('/').Aggregate((JsonNode?)record, (node, name) => (node as JsonObject)?[name]);
        if (value is not JsonValue wire) return null;
        var second = wire.TryGetValue<long>(out var unix) ? unix
            : DateTimeOffset.TryParse(wire.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeSeconds() : (long?)null;
        return second is { } known ? DateTimeOffset.FromUnixTimeSeconds(known) : null;
    }
}
