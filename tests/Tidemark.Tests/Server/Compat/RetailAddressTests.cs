using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server.Compat;

/// <summary>What the old addresses of Square's sync do.</summary>
public sealed class RetailAddressTests
{
    [Fact]
    public async Task S4_2_S4_3_S4_7_a_complete_sync_takes_three_steps_in_order_with_figures_of_each()
    {
        await using var bench = await OldBench.StartAsync("square", "retail");

        var first = await bench.DoAsync("POST", "admin/complete-sync", new { full_refresh = false });

        Steps(first).ShouldBe(["locations completed", "catalog completed", "inventory completed"]);
        (first.GetProperty("success").GetBoolean(), first.GetProperty("mode").GetString()).ShouldBe((true, "incremental"));
        foreach (var (step, at) in new[] { "locations", "catalog_items", "catalog_inventory" }.Zip([0, 1, 2]))
        {
            first.GetProperty("steps")[at].GetProperty("tables").EnumerateArray().Single(table => table.GetProperty("table").GetString() == step)
                .GetProperty("created").GetInt32().ShouldBe((await bench.Vendor.TruthAsync(step)).Count, step);
        }

        var full = await bench.DoAsync("POST", "admin/complete-sync", new { full_refresh = true });
        (full.GetProperty("status").GetString(), full.GetProperty("mode").GetString()).ShouldBe(("completed", "full_refresh"), full.ToString());
        (await bench.RunsAsync())[0].Result.Refresh!.Backup.ShouldNotBeNull();
    }

    [Fact]
    public async Task S4_2_an_operator_merges_and_only_an_administrator_refreshes()
    {
        await using var bench = await OldBench.StartAsync("square", "retail");
        var someone = await bench.Server.ClientAsync("operator", Role.Operator);

        using var refused = await someone.PostAsync(new Uri("admin/complete-sync", UriKind.Relative), Json("""{"full_refresh":true}"""), ServerBench.Cancel);
        using var let = await someone.PostAsync(new Uri("admin/complete-sync", UriKind.Relative), Json("""{"full_refresh":false}"""), ServerBench.Cancel);

        ((int)refused.StatusCode, (int)let.StatusCode).ShouldBe((403, 200));
        (await bench.RunsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task S4_2_historical_orders_are_read_from_2018_on_whatever_the_source_s_own_start_is()
    {
        await using var bench = await OldBench.StartAsync("square", "retail");
        await bench.DoAsync("POST", "admin/complete-sync", new { full_refresh = false });
        var source = await bench.Server.Home.Definitions.Sources.FindAsync("square", ServerBench.Cancel);
        var late = new Dictionary<string, string>(source.Settings) { ["start_date"] = $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}" };
        await bench.Server.Home.Definitions.Sources.SaveAsync(source with { Settings = late }, ServerBench.Cancel);
        var truth = await bench.Vendor.TruthAsync("orders");

        var answer = await bench.DoAsync("POST", "admin/historical-orders-sync");

        Steps(answer).ShouldBe(["orders completed"], answer.ToString());
        answer.GetProperty("steps")[0].GetProperty("tables")[0].GetProperty("created").GetInt32().ShouldBe(truth.Count);
        var again = await bench.DoAsync("POST", "admin/historical-orders-sync");
        again.GetProperty("steps")[0].GetProperty("created").GetInt32().ShouldBe(0, again.ToString());
    }

    [Fact]
    public async Task S4_2_an_older_table_of_line_items_gets_the_columns_and_values_of_today_and_again_nothing()
    {
        await using var bench = await OldBench.StartAsync("square", "retail");
        await bench.DoAsync("POST", "admin/complete-sync", new { full_refresh = false });
        await bench.DoAsync("POST", "admin/historical-orders-sync");
        var whole = await ScalarAsync(bench, "SELECT group_concat(uid || name || quantity, ',') FROM (SELECT * FROM order_line_items ORDER BY uid)");
        // As an older version made it: without two columns of today.
        await ScalarAsync(bench, "ALTER TABLE order_line_items DROP COLUMN name");
        await ScalarAsync(bench, "ALTER TABLE order_line_items DROP COLUMN quantity");

        var first = await bench.DoAsync("POST", "admin/migrate-order-line-items");
        var again = await bench.DoAsync("POST", "admin/migrate-order-line-items");

        first.GetProperty("status").GetString().ShouldBe("completed", first.ToString());
        first.GetProperty("columns_added").EnumerateArray().Select(column => column.GetString()).ShouldBe(["name", "quantity"], ignoreOrder: true);
        (await ScalarAsync(bench, "SELECT group_concat(uid || name || quantity, ',') FROM (SELECT * FROM order_line_items ORDER BY uid)")).ShouldBe(whole);
        again.GetProperty("columns_added").GetArrayLength().ShouldBe(0);
        (again.GetProperty("steps")[0].GetProperty("created").GetInt32(), again.GetProperty("steps")[0].GetProperty("updated").GetInt32()).ShouldBe((0, 0), again.ToString());
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    private static IEnumerable<string> Steps(JsonElement answer) =>
        answer.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("step").GetString()} {step.GetProperty("status").GetString()}");

    private static async Task<string> ScalarAsync(OldBench bench, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={bench.Database};Pooling=False");
        await connection.OpenAsync(ServerBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{await command.ExecuteScalarAsync(ServerBench.Cancel)}";
    }
}
