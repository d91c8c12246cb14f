using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Close;

/// <summary>What changes at Close arrives with the next incremental reading.</summary>
public sealed class CloseChangeTests : IAsyncLifetime
{
    private VendorBench? _bench;

    private VendorBench Bench => _bench!;

    public async ValueTask InitializeAsync() => _bench = await CloseBench.StartAsync();

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Theory]
    [InlineData("contacts")]
    [InlineData("opportunities")]
    [InlineData("activities")]
    [InlineData("tasks")]
    public async Task Creations_updates_and_deletions_of_every_changing_stream_arrive(string stream)
    {
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        await Bench.MutateAsync(stream, new { create = 3, update = new { count = 4 }, delete = new { count = 2 } });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
    }

    [Theory]
    [InlineData("users")]
    [InlineData("custom_fields")]
    [InlineData("pipelines")]
    [InlineData("lead_statuses")]
    [InlineData("opportunity_statuses")]
    public async Task Changes_of_short_lists_arrive_and_their_deletions_with_a_full_reading(string stream)
    {
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        await Bench.MutateAsync(stream, new { create = 1, update = new { count = 1 } });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        await Bench.MutateAsync(stream, new { delete = new { count = 1 } });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Replace, stream);
    }

    [Fact]
    public async Task What_belonged_to_a_deleted_lead_goes_with_it()
    {
        string[] streams = ["leads", "contacts", "opportunities", "activities", "tasks"];
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, streams);
        await Bench.MutateAsync("leads", new { delete = new { count = 2 } });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, streams);
    }

    [Fact]
    public async Task What_belonged_to_a_merged_lead_belongs_to_the_other_afterwards()
    {
        string[] streams = ["leads", "contacts", "opportunities", "activities", "tasks"];
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, streams);
        var leads = (await Bench.TruthAsync("leads")).Keys.ToList();
        await Bench.MutateAsync("leads", new { update = new { id = leads[3], set = new { merge_into = leads[8] } } });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, streams);
        (await Bench.TruthAsync("leads")).Keys.ShouldNotContain(leads[3]);
    }

    [Fact]
    public async Task A_record_that_claims_to_be_old_arrives_all_the_same()
    {
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads", "activities");
        object[] old = [new { date_created = "2015-03-04T05:06:07.000000+00:00" }];
        await Bench.MutateAsync("leads", new { create = old });
        await Bench.MutateAsync("activities", new { create = old });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads", "activities");
    }

    [Fact]
    public async Task A_record_dated_in_the_future_does_not_hide_those_made_after_it()
    {
        const string Moment = "2055-03-04T05:06:07.000000+00:00";
        var future = new { date_created = Moment, date_updated = Moment };
        foreach (var stream in new[] { "leads", "opportunities", "activities" })
        {
            await Bench.MutateAsync(stream, new { create = new[] { future } });
            await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
            await Bench.MutateAsync(stream, new { create = 2, update = new { count = 2 } });
            await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        }
    }

    [Fact]
    public async Task An_update_that_no_search_shows_is_read_by_its_event_even_with_more_fields_than_fit_an_address()
    {
        await Bench.MutateAsync("custom_fields", new { create = 60 });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads");
        var hidden = new { description = "moved", date_updated = "2020-01-01T00:00:00.000000+00:00" };
        await Bench.MutateAsync("leads", new { update = new { count = 3, set = hidden } });
        await Bench.ResetRequestsAsync();
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads");

        var asked = (await Bench.RequestsAsync())["recent"]!.AsArray();
        var single = asked.Where(request => request!["path"]!.ToString().Contains("/lead/lead_")).ToList();
        single.Count.ShouldBe(3);
        single.ShouldAllBe(request => (string)request!["method"]! == "GET" && !request["query"]!.ToString().Contains("_fields"));
        (await Bench.SyncAsync(WriteMode.Replace, "leads")).Streams.ShouldHaveSingleItem().Updated.ShouldBe(0, "the record looks the same in a list");
    }

    [Fact]
    public async Task An_update_that_makes_no_event_is_seen_where_the_list_shows_it()
    {
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads", "contacts", "opportunities");
        foreach (var stream in new[] { "leads", "contacts", "opportunities" })
            await Bench.MutateAsync(stream, new { update = new { count = 3 }, events = false });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "leads", "contacts", "opportunities");
    }

    [Fact]
    public async Task More_changes_than_a_page_of_events_all_arrive()
    {
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "activities");
        await Bench.MutateAsync("activities", new { update = new { count = 130 }, delete = new { count = 20 } });
        await Bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "activities");
    }

    [Fact]
    public async Task With_a_start_date_neither_lists_nor_events_bring_older_records()
    {
        var start = DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        await using var bench = await CloseBench.StartAsync(120, ("start_date", "2026-01-01"));
        foreach (var stream in new[] { "leads", "opportunities", "activities" })
        {
            (await bench.SyncAsync(WriteMode.Merge, stream)).Status.ShouldBe(RunStatus.Succeeded);
            await bench.MutateAsync(stream, new { update = new { count = 40 }, create = 1 });
            (await bench.SyncAsync(WriteMode.Merge, stream)).Status.ShouldBe(RunStatus.Succeeded);
            var wanted = (await bench.TruthAsync(stream)).Where(record => DateTimeOffset.Parse(
                (string)record.Value["date_created"]!, System.Globalization.CultureInfo.InvariantCulture) >= start);
            (await bench.RowsAsync(stream, "id")).Keys.ShouldBe(wanted.Select(record => record.Key), stream);
        }
    }
}
