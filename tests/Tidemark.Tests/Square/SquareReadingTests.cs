using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Square;

/// <summary>What every stream becomes after changes, and what Square does otherwise than others.</summary>
public sealed class SquareReadingTests
{
    [Fact]
    public async Task What_changed_in_any_stream_arrives_with_the_next_reading()
    {
        await using var bench = await SquareBench.StartAsync();
        await ShouldSucceedAsync(bench);
        await bench.MutateAsync("locations", new { create = 1, update = new { count = 2 } });
        await bench.MutateAsync("catalog_categories", new { create = 2, update = new { count = 1 }, delete = new { count = 1 } });
        await bench.MutateAsync("catalog_variations", new { create = 2, update = new { count = 3 } });
        await bench.MutateAsync("catalog_inventory", new { update = new { count = 5 } });
        await bench.MutateAsync("orders", new { create = 3, update = new { count = 4 } });

        await ShouldSucceedAsync(bench);
        foreach (var stream in SquareBench.Streams) await ShouldEqualAsync(bench, stream);
    }

    [Fact]
    public async Task A_deleted_item_takes_its_variations_with_it_and_their_counts_go_with_a_full_reading()
    {
        await using var bench = await SquareBench.StartAsync();
        await ShouldSucceedAsync(bench);
        await bench.MutateAsync("catalog_items", new { delete = new { count = 2 } });

        await ShouldSucceedAsync(bench);
        await ShouldEqualAsync(bench, "catalog_items");
        await ShouldEqualAsync(bench, "catalog_variations");
        await ShouldSucceedAsync(bench, WriteMode.Replace);
        await ShouldEqualAsync(bench, "catalog_inventory");
    }

    [Fact]
    public async Task Deleted_objects_stay_and_say_so_where_they_are_to_be_kept()
    {
        await using var bench = await SquareBench.StartAsync(20, ("keep_deleted", "true"));
        await ShouldSucceedAsync(bench, WriteMode.Merge, "catalog_items");
        var gone = (await bench.MutateAsync("catalog_items", new { delete = new { count = 1 } }))["deleted"]![0]!.ToString();
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            await ShouldSucceedAsync(bench, mode, "catalog_items");
            var rows = await bench.RowsAsync("catalog_items", "id || ' ' || is_deleted");
            rows.Keys.Where(row => !row.EndsWith(" 0", StringComparison.Ordinal)).ShouldBe([$"{gone} 1"]);
            rows.Count.ShouldBe(20);
        }
    }

    [Fact]
    public async Task A_vanished_location_is_seen_by_a_full_reading_alone()
    {
        await using var bench = await SquareBench.StartAsync(5);
        await ShouldSucceedAsync(bench, WriteMode.Merge, "locations");
        await bench.MutateAsync("locations", new { delete = new { count = 1 } });
        await ShouldSucceedAsync(bench, WriteMode.Merge, "locations");
        (await bench.RowsAsync("locations", "id")).Count.ShouldBe(12);
        await ShouldSucceedAsync(bench, WriteMode.Replace, "locations");
        await ShouldEqualAsync(bench, "locations");
    }

    [Theory]
    [InlineData("catalog_items")]
    [InlineData("catalog_inventory")]
    [InlineData("orders")]
    [InlineData("order_line_items")]
    public async Task A_cursor_that_has_expired_is_dropped_and_no_record_is_lost(string stream)
    {
        await using var bench = await SquareBench.StartAsync(90, ("inventory_batch_size", "70"));
        await bench.SetAsync(new { refuse_cursors = 2 });
        await ShouldSucceedAsync(bench, WriteMode.Replace, stream);
        await ShouldEqualAsync(bench, stream);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(90)]
    public async Task A_catalog_page_may_be_shorter_or_longer_than_asked_for(int size)
    {
        await using var bench = await SquareBench.StartAsync();
        await bench.SetAsync(new { catalog_page_size = size, max_variations = 50 });
        foreach (var stream in new[] { "catalog_variations", "catalog_inventory" })
        {
            await ShouldSucceedAsync(bench, WriteMode.Replace, stream);
            await ShouldEqualAsync(bench, stream);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    public async Task The_default_batch_of_variations_is_within_either_cap(int? cap)
    {
        await using var bench = await SquareBench.StartAsync(300, ("inventory_batch_size", "500"));
        await bench.SetAsync(new { max_variations = cap });
        await ShouldSucceedAsync(bench, WriteMode.Replace, "catalog_inventory");
        await ShouldEqualAsync(bench, "catalog_inventory");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_count_that_falls_to_zero_is_zero_or_goes_with_a_full_reading(bool omitsZero)
    {
        await using var bench = await SquareBench.StartAsync(10);
        await bench.SetAsync(new { omits_zero_counts = omitsZero });
        await ShouldSucceedAsync(bench, WriteMode.Merge, "catalog_inventory");
        var filled = (await bench.RowsAsync("catalog_inventory", SquareBench.Id("catalog_inventory"))).First(row => row.Value["quantity"]!.ToString() != "0").Key;
        await bench.MutateAsync("catalog_inventory", new { update = new { id = filled, set = new { quantity = "0" } } });

        await ShouldSucceedAsync(bench, WriteMode.Merge, "catalog_inventory");
        var rows = await bench.RowsAsync("catalog_inventory", SquareBench.Id("catalog_inventory"));
        if (!omitsZero) rows[filled]["quantity"]!.ToString().ShouldBe("0");
        await ShouldSucceedAsync(bench, WriteMode.Replace, "catalog_inventory");
        (await bench.RowsAsync("catalog_inventory", SquareBench.Id("catalog_inventory"))).ContainsKey(filled).ShouldBe(!omitsZero);
    }

    [Theory]
    [InlineData("repeat_page", "catalog_items")]
    [InlineData("repeat_page", "orders")]
    [InlineData("empty_page", "catalog_items")]
    [InlineData("empty_page", "orders")]
    public async Task A_page_that_lies_once_loses_no_record(string fault, string stream)
    {
        await using var bench = await SquareBench.StartAsync(90);
        // Only a reading comes to a second page; of the requests before it, as many as there are searches count.
        await bench.FaultAsync(new { fault, after = fault == "repeat_page" ? 0 : 7 });
        await ShouldSucceedAsync(bench, WriteMode.Replace, stream);
        await ShouldEqualAsync(bench, stream);
    }

    [Fact]
    public async Task P4_a_list_that_ends_too_early_deletes_nothing_as_a_second_reading_does_not_agree()
    {
        const string stream = "catalog_items"; // one chain of cursors: the lie meets a page that others follow
        await using var bench = await SquareBench.StartAsync(90);
        await ShouldSucceedAsync(bench, WriteMode.Replace, stream);
        var before = await bench.RowsAsync(stream, SquareBench.Id(stream));
        bench.Pipeline = bench.Pipeline with { Limits = bench.Pipeline.Limits with { MaxDeletedPercent = 100 } };

        // The requests of the check come before those of the reading, and are no pages that could lie.
        await bench.FaultAsync(new { fault = "has_more_lie_false", after = 7 });
        var result = await bench.SyncAsync(WriteMode.Replace, stream);
        result.Problems.Select(problem => problem.Code).ShouldBe(["source.readings_differ"]);
        result.Status.ShouldBe(RunStatus.Failed);
        (await bench.RowsAsync(stream, SquareBench.Id(stream))).Keys.ShouldBe(before.Keys, ignoreOrder: true);

        await bench.MutateAsync(stream, new { delete = new { count = 2 } });
        await ShouldSucceedAsync(bench, WriteMode.Replace, stream);
        await ShouldEqualAsync(bench, stream);
    }

    [Theory]
    [InlineData("catalog_items")]
    [InlineData("orders")]
    public async Task An_end_that_is_never_reached_fails_the_run(string stream)
    {
        await using var bench = await SquareBench.StartAsync(5);
        await bench.FaultAsync(new { fault = "has_more_lie_true", times = -1 });
        var result = await bench.SyncAsync(WriteMode.Replace, stream);
        result.Status.ShouldBe(RunStatus.Failed);
        result.Problems.ShouldContain(problem => problem.Code == "source.empty_page");
    }

    [Fact]
    public async Task Errors_that_come_with_a_success_are_errors()
    {
        await using var bench = await SquareBench.StartAsync(10);
        await bench.SetAsync(new { errors_with_success = 1 });
        await ShouldSucceedAsync(bench, WriteMode.Replace, "catalog_inventory");
        await ShouldEqualAsync(bench, "catalog_inventory");
    }

    [Fact]
    public async Task R9_a_rate_limit_that_does_not_say_how_long_is_waited_for()
    {
        await using var bench = await SquareBench.StartAsync(40);
        await bench.SetAsync(new { rate_limit = 15, retry_after = false });
        await ShouldSucceedAsync(bench, WriteMode.Replace, "catalog_items");
        await ShouldEqualAsync(bench, "catalog_items");
    }

    [Fact]
    public async Task An_order_that_arrives_days_late_is_seen_by_its_update()
    {
        await using var bench = await SquareBench.StartAsync(20);
        await ShouldSucceedAsync(bench, WriteMode.Merge, "orders", "order_line_items");
        var late = TimeProvider.System.GetUtcNow().AddHours(-70).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
        await bench.MutateAsync("orders", new { create = new[] { new { created_at = late } } });
        await ShouldSucceedAsync(bench, WriteMode.Merge, "orders", "order_line_items");
        await ShouldEqualAsync(bench, "orders");
        await ShouldEqualAsync(bench, "order_line_items");
    }

    [Fact]
    public async Task A_line_that_left_its_order_goes_with_a_full_reading()
    {
        await using var bench = await SquareBench.StartAsync(20);
        await ShouldSucceedAsync(bench, WriteMode.Merge, "order_line_items");
        var order = (await bench.TruthAsync("orders")).First(entry => entry.Value["line_items"]?.AsArray().Count > 1);
        var kept = order.Value["line_items"]![0]!.DeepClone();
        await bench.MutateAsync("orders", new { update = new { id = order.Key, set = new { line_items = new[] { kept } } } });
        await ShouldSucceedAsync(bench, WriteMode.Replace, "order_line_items");
        await ShouldEqualAsync(bench, "order_line_items");
    }

    [Fact]
    public async Task Closed_orders_alone_are_read_by_their_closing()
    {
        await using var bench = await SquareBench.StartAsync(40, ("orders_by", "closed_at"));
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            await ShouldSucceedAsync(bench, mode, "orders");
            await bench.MutateAsync("orders", new { update = new { count = 2 } });
            await ShouldSucceedAsync(bench, WriteMode.Merge, "orders");
            var closed = (await bench.TruthAsync("orders")).Where(order => order.Value["closed_at"] is not null).ToList();
            var rows = await bench.RowsAsync("orders", "id");
            rows.Keys.ShouldBe(closed.Select(order => order.Key));
            closed.ShouldAllBe(order => JsonNode.DeepEquals(rows[order.Key], order.Value));
        }
    }

    [Fact]
    public async Task Orders_before_the_start_date_are_not_read_even_when_they_change()
    {
        var day = TimeProvider.System.GetUtcNow().AddDays(-200).ToString("yyyy-MM-dd", null);
        await using var bench = await SquareBench.StartAsync(40, ("start_date", day));
        await ShouldSucceedAsync(bench, WriteMode.Merge, "orders");
        var old = (await bench.TruthAsync("orders")).First(order => IsBefore(order.Value, day)).Key;
        await bench.MutateAsync("orders", new { update = new { id = old } });
        await ShouldSucceedAsync(bench, WriteMode.Merge, "orders");
        (await bench.RowsAsync("orders", "id")).Keys.ShouldBe(
            (await bench.TruthAsync("orders")).Where(order => !IsBefore(order.Value, day)).Select(order => order.Key));

        static bool IsBefore(JsonNode order, string day) => string.CompareOrdinal(order["created_at"]!.ToString(), day) < 0;
    }

    [Fact]
    public async Task Further_kinds_of_catalog_objects_are_streams_of_their_own()
    {
        await using var bench = await SquareBench.StartAsync(5, ("catalog_types", "TAX,IMAGE"));
        await ShouldSucceedAsync(bench, WriteMode.Merge, "catalog_taxes", "catalog_images");
        await ShouldEqualAsync(bench, "catalog_taxes");
        (await bench.RowsAsync("catalog_taxes", "data")).Keys.ShouldContain(data => data.Contains("ADDITIVE", StringComparison.Ordinal));
        (await bench.RowsAsync("catalog_images", "id")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Money_is_an_amount_and_a_currency()
    {
        await using var bench = await SquareBench.StartAsync(5);
        await ShouldSucceedAsync(bench, WriteMode.Merge, "orders");
        (await bench.RowsAsync("orders", "id || ' ' || total_money_amount || ' ' || total_money_currency")).Keys.ShouldBe(
            (await bench.TruthAsync("orders")).Select(order =>
                $"{order.Key} {order.Value["total_money"]!["amount"]} {order.Value["total_money"]!["currency"]}"));
    }

    private static async Task ShouldSucceedAsync(VendorBench bench, WriteMode mode = WriteMode.Merge, params string[] streams)
    {
        var result = await bench.SyncAsync(mode, streams);
        result.Status.ShouldBe(RunStatus.Succeeded, string.Join("; ", result.Problems));
    }

    private static async Task ShouldEqualAsync(VendorBench bench, string stream)
    {
        var truth = await bench.TruthAsync(stream);
        var rows = await bench.RowsAsync(stream, SquareBench.Id(stream));
        rows.Keys.ShouldBe(truth.Keys, stream);
        truth.Where(record => !JsonNode.DeepEquals(rows[record.Key], record.Value)).Select(record => record.Key).ShouldBeEmpty(stream);
    }
}
