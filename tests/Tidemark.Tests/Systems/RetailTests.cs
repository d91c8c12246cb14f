using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Systems;

/// <summary>The template <c>retail</c>: Square's locations, catalog, inventory and orders as tables that refer to each other (S4).</summary>
public sealed class RetailTests
{
    private const string Counts = "/v2/inventory/counts/batch-retrieve";

    private static readonly string[] Steps =
    [
        "locations", "catalog_categories", "catalog_items", "catalog_variations", "catalog_inventory", "orders", "order_line_items",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S4_4_S4_7_seven_tables_with_foreign_keys_and_figures_of_each(string database)
    {
        await using var bench = await StartAsync(database);

        var run = await bench.SucceedsAsync("retail");

        foreach (var step in Steps)
        {
            var truth = await bench.Vendor.TruthAsync(step);
            run.Figures(step, "read", "created", "updated", "deleted").ShouldBe([truth.Count, truth.Count, 0, 0], step);
            run.Stream(step).GetProperty("seconds").GetDouble().ShouldBeGreaterThan(0);
            (await bench.CountAsync(step)).ShouldBe(truth.Count, step);
        }

        foreach (var (table, column) in new[]
        {
            ("catalog_items", "category_id"), ("catalog_variations", "item_id"), ("catalog_inventory", "catalog_object_id"),
            ("catalog_inventory", "location_id"), ("orders", "location_id"), ("order_line_items", "order_id"),
        })
        {
            (await bench.CountAsync(table, $"{column} IS NOT NULL")).ShouldBeGreaterThan(0, $"{table}.{column}");
            await Should.ThrowAsync<System.Data.Common.DbException>(
                () => bench.ExecuteAsync($"UPDATE {table} SET {column} = 'nowhere'"), $"{table}.{column}");
        }
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S4_3_a_step_that_fails_stops_the_later_ones_and_leaves_the_earlier_ones(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.Vendor.FaultAsync(new { fault = "wrong_content", path = Counts, after = await bench.ChecksAsync(Counts), times = -1 });

        var run = await bench.SyncAsync("partial", "retail");

        Steps.Where(step => run.Figures(step, "created")[0] > 0).ShouldBe(Steps[..4]);
        (await bench.CountAsync("catalog_variations")).ShouldBeGreaterThan(0);
        Steps[5..].Select(step => run.Stream(step).GetProperty("error").GetProperty("code").GetString()).ShouldAllBe(code => code == "stream.not_reached");
        await bench.Vendor.ClearFaultsAsync();
        await bench.SucceedsAsync("retail");
        (await bench.CountAsync("order_line_items")).ShouldBe((await bench.Vendor.TruthAsync("order_line_items")).Count);
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S4_5_vanished_locations_are_INACTIVE_and_vanished_objects_is_deleted(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("retail");
        var closed = (await bench.QueryAsync("SELECT id FROM locations WHERE status = 'ACTIVE' ORDER BY id"))[0];
        var variation = (await bench.QueryAsync("SELECT id FROM catalog_variations ORDER BY id"))[0];
        await bench.Vendor.MutateAsync("locations", new { delete = new { id = closed } });
        await bench.Vendor.MutateAsync("catalog_variations", new { delete = new { id = variation } });
        var made = (await bench.Vendor.MutateAsync("locations", new { create = 1 }))["created"]![0]!.ToString();
        var counted = (await bench.QueryAsync($"SELECT catalog_object_id FROM catalog_inventory WHERE catalog_object_id <> '{variation}' LIMIT 1"))[0];
        await bench.Vendor.MutateAsync("catalog_inventory", new
        {
            create = new[] { new { catalog_object_id = counted, location_id = made, state = "IN_STOCK", quantity = "7" } },
        });

        var run = await bench.SucceedsAsync("retail");

        run.Figures("locations", "created", "updated", "deleted").ShouldBe([1, 0, 1]);
        (await bench.QueryAsync($"SELECT status FROM locations WHERE id IN ('{closed}', '{made}') ORDER BY status")).ShouldBe(["ACTIVE", "INACTIVE"]);
        (await bench.CountAsync("catalog_variations", "is_deleted")).ShouldBe(1);
        (await bench.CountAsync("catalog_variations", $"is_deleted AND id = '{variation}'")).ShouldBe(1);
        (await bench.CountAsync("catalog_inventory", $"location_id = '{made}'")).ShouldBe(1, "a new location is there before its counts");
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task R2_S4_5_orders_and_counts_of_a_location_that_is_out_of_sight_are_not_taken_for_gone(string database)
    {
        string[] children = ["catalog_inventory", "orders", "order_line_items"];
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("retail");
        var lost = (await bench.QueryAsync("SELECT location_id FROM orders GROUP BY location_id ORDER BY count(*) LIMIT 1"))[0];
        await bench.Vendor.MutateAsync("locations", new { delete = new { id = lost } });
        (await bench.SucceedsAsync("retail")).Figures("locations", "deleted").ShouldBe([1]);
        var before = await RowsAsync();

        foreach (var way in new[] { "--deletions", "--full", "--refresh" })
        {
            var parked = await bench.SyncAsync("parked", "retail", way);

            parked.Line.GetProperty("problems").EnumerateArray()
                .Where(problem => problem.GetProperty("code").GetString() == "guard.out_of_sight")
                .ShouldAllBe(problem => problem.GetProperty("message").GetString()!.Contains(lost, StringComparison.Ordinal));
            (await RowsAsync()).ShouldBe(before, way);
        }

        await bench.SyncAsync("succeeded", "retail", "--full", "--approve");
        (await bench.CountAsync("orders", $"location_id = '{lost}'")).ShouldBe(0);
        await bench.SucceedsAsync("retail", "--deletions");

        async Task<IReadOnlyList<long>> RowsAsync()
        {
            var rows = new List<long>();
            foreach (var child in children) rows.Add(await bench.CountAsync(child, $"location_id = '{lost}'"));
            return rows;
        }
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S4_5_a_quantity_is_written_only_when_it_differs(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("retail", "locations", "catalog_categories", "catalog_items", "catalog_variations", "catalog_inventory");
        var counts = await bench.Vendor.TruthAsync("catalog_inventory");
        var (same, other) = (counts.First(), counts.Last());
        await SetAsync(same.Key, same.Value["quantity"]!.ToString());
        await SetAsync(other.Key, "12.5");
        (await bench.Vendor.TruthAsync("catalog_inventory"))[same.Key]["calculated_at"]!.ToString()
            .ShouldNotBe(same.Value["calculated_at"]!.ToString(), "it was counted again");

        var run = await bench.SucceedsAsync("retail", "catalog_inventory");

        run.Figures("catalog_inventory", "read", "created", "updated").ShouldBe([2, 0, 1]);

        Task<JsonNode> SetAsync(string id, string quantity) =>
            bench.Vendor.MutateAsync("catalog_inventory", new { update = new { id, set = new { quantity } } });
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S4_6_a_full_refresh_is_one_transaction_after_a_backup(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("retail");
        await bench.Vendor.MutateAsync("catalog_items", new { create = 2, delete = new { count = 1 } });
        const string search = "/v2/orders/search";
        await bench.Vendor.FaultAsync(new { fault = "wrong_content", path = search, after = await bench.ChecksAsync(search), times = -1 });
        var before = await bench.QueryAsync("SELECT id, version FROM catalog_items ORDER BY id");

        (await bench.SyncAsync("failed", "retail", "--refresh")).Figures("catalog_items", "created", "deleted").ShouldBe([0, 0]);

        (await bench.QueryAsync("SELECT id, version FROM catalog_items ORDER BY id")).ShouldBe(before);
        await bench.Vendor.ClearFaultsAsync();
        var run = await bench.SucceedsAsync("retail", "--refresh");
        run.Figures("catalog_items", "created", "deleted").ShouldBe([2, 1]);
        run.Line.GetProperty("refresh").GetProperty("backup").GetProperty("total_records").GetInt64().ShouldBeGreaterThan(before.Count);
        (await bench.CountAsync("catalog_items", "is_deleted")).ShouldBe(1);
    }

    [Fact]
    public async Task S4_8_everything_that_is_missing_is_told_before_the_first_write()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        await bench.Vendor.SetAsync(new { scopes = new[] { "MERCHANT_PROFILE_READ", "ORDERS_READ" } });

        var answer = await bench.RunAsync("sync", "retail");

        answer.Code.ShouldBe(5, answer.ToString());
        answer.Error.ShouldContain("ITEMS_READ");
        answer.Error.ShouldContain("INVENTORY_READ");
        (await bench.QueryAsync("SELECT name FROM sqlite_master WHERE name = 'locations'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task S4_9_a_step_has_its_time_and_batches_their_size()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        bench.Variables["SQUARE_INVENTORY_BATCH"] = "50";
        bench.Variables["SQUARE_ENVIRONMENT"] = "sandbox";
        var yaml = await File.ReadAllTextAsync(bench.TemplateFile, Stop);
        await File.WriteAllTextAsync(bench.TemplateFile, yaml.Replace("time_limit: 300 ", "time_limit: 1 ", StringComparison.Ordinal), Stop);
        await bench.DoAsync("apply", "-f", bench.TemplateFile);
        const string list = "/v2/locations";
        await bench.Vendor.FaultAsync(new { fault = "delay", milliseconds = 20_000, path = list, after = await bench.ChecksAsync(list), times = 1 });

        var late = await bench.SyncAsync("failed", "retail");

        late.Stream("locations").GetProperty("error").GetProperty("code").GetString().ShouldBe("stream.time_limit");
        late.Stream("orders").GetProperty("error").GetProperty("code").GetString().ShouldBe("stream.not_reached");
        await bench.Vendor.ClearFaultsAsync();
        await bench.Vendor.ResetRequestsAsync();
        var run = await bench.SucceedsAsync("retail");
        var batches = (await bench.Vendor.TruthAsync("catalog_variations")).Count / 50;
        (await bench.RequestsAsync(Counts)).ShouldBeGreaterThanOrEqualTo(batches * (int)run.Figures("locations", "read")[0]);
    }

    [Fact]
    public async Task S4_11_a_delta_asks_for_what_is_new_since_the_last_sync_and_streams_can_be_chosen()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        await bench.SucceedsAsync("retail");
        await bench.Vendor.MutateAsync("orders", new { create = 3 });
        await bench.Vendor.MutateAsync("catalog_items", new { update = new { count = 1 } });

        var chosen = await bench.SucceedsAsync("retail", "orders", "order_line_items");

        chosen.Figures("orders", "read", "created").ShouldBe([3, 3]);
        chosen.Line.GetProperty("streams").GetArrayLength().ShouldBe(2);
        var rest = await bench.SucceedsAsync("retail");
        rest.Figures("catalog_items", "created", "updated").ShouldBe([0, 1]);
        rest.Figures("catalog_items", "read")[0].ShouldBeLessThan(10);
        rest.Figures("orders", "created", "updated").ShouldBe([0, 0]);
    }

    private static Task<SystemBench> StartAsync(string database) => SystemBench.StartAsync("retail", "square", database, 60);
}
