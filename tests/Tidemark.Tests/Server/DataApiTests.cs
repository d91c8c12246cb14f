using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Synced tables read over the API.</summary>
public sealed class DataApiTests : IAsyncDisposable
{
    private readonly string _schema = $"data_{Guid.NewGuid():N}";
    private bool _isPostgres;

    public async ValueTask DisposeAsync()
    {
        if (!_isPostgres) return;
        await using var connection = await TestPostgres.ConnectAsync("public", ServerBench.Cancel);
        await using var drop = connection.CreateCommand();
        drop.CommandText = $"DROP SCHEMA IF EXISTS {_schema} CASCADE";
        await drop.ExecuteNonQueryAsync(ServerBench.Cancel);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_is_walked_in_any_order_without_a_gap_and_without_a_row_twice(bool isPostgres)
    {
        await using var bench = await StartAsync(isPostgres);
        foreach (var sort in new[] { "", "name", "-name", "created,-name", "-description", "livemode,email" })
        {
            var walked = new List<string>();
            string? next = "";
            while (next is not null)
            {
                var page = await bench.GetAsync($"data/shop_customers?sort={sort}&limit=37&columns=email&cursor={next}");
                page.GetProperty("total").GetInt32().ShouldBe(120);
                walked.AddRange(page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("id").GetString()!));
                next = page.GetProperty("next").GetString();
            }

            walked.Count.ShouldBe(120, sort);
            walked.Distinct().Count().ShouldBe(120, sort);
        }

        var named = (await bench.GetAsync("data/shop_customers?sort=-created&limit=1000")).GetProperty("items").EnumerateArray().Select(row => row.GetProperty("created").GetString()).ToList();
        named.ShouldBe(named.OrderByDescending(text => text, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Filters_are_values_and_never_SQL(bool isPostgres)
    {
        await using var bench = await StartAsync(isPostgres);
        var all = (await bench.GetAsync("data/shop_customers?limit=1000")).GetProperty("items").EnumerateArray().ToList();
        var first = all[0];
        var id = first.GetProperty("id").GetString()!;

        (await Ids(bench, $"id:eq:{id}")).ShouldBe([id]);
        (await Ids(bench, $"id:ne:{id}")).Count.ShouldBe(119);
        (await Ids(bench, $"id:gt:{id}", $"id:le:{id}")).ShouldBeEmpty();
        (await Ids(bench, "email:contains:@")).Count.ShouldBe(all.Count(row => row.GetProperty("email").GetString()?.Contains('@') == true));
        (await Ids(bench, "livemode:eq:false")).Count.ShouldBe(120);
        (await Ids(bench, "id:is_null:true")).ShouldBeEmpty();
        (await Ids(bench, "balance:ge:0", "balance:lt:0")).ShouldBeEmpty();
        foreach (var hostile in new[] { "' OR '1'='1", "%", "'; DROP TABLE shop_customers; --", "$1", "?1", "\\" })
        {
            (await Ids(bench, $"id:eq:{hostile}")).ShouldBeEmpty(hostile);
            (await Ids(bench, $"id:contains:{hostile}")).ShouldBeEmpty(hostile);
        }

        (await bench.GetAsync("data/shop_customers")).GetProperty("total").GetInt32().ShouldBe(120);
    }

    [Theory]
    [InlineData("data/none", 404, "data.table_unknown")]
    [InlineData("data/_tidemark_checkpoints", 404, "data.table_unknown")]
    [InlineData("data/sqlite_schema", 404, "data.table_unknown")]
    [InlineData("data/shop_customers%22;--", 404, "data.table_unknown")]
    [InlineData("data/shop_customers?sort=nam", 400, "data.column_unknown")]
    [InlineData("data/shop_customers?columns=secret", 400, "data.column_unknown")]
    [InlineData("data/shop_customers?filter=name", 400, "request.malformed")]
    [InlineData("data/shop_customers?filter=name:like:x", 400, "request.malformed")]
    [InlineData("data/shop_customers?filter=name:is_null:maybe", 400, "data.value_invalid")]
    [InlineData("data/shop_customers?filter=na%22me:eq:x", 400, "data.column_unknown")]
    [InlineData("data/shop_customers?cursor=zz", 400, "cursor.malformed")]
    [InlineData("data/shop_customers?cursor=7b7d", 400, "cursor.malformed")]
    [InlineData("data/shop_customers?limit=0", 400, "request.malformed")]
    [InlineData("data/shop_customers?pipeline=none", 404, "pipeline.unknown")]
    public async Task What_a_table_is_not_asked_for_has_one_clear_problem(string path, int status, string code)
    {
        await using var bench = await StartAsync(isPostgres: false);

        var (answered, problem) = await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, path);

        (answered, problem.GetProperty("code").GetString()).ShouldBe((status, code), problem.ToString());
    }

    [Fact]
    public async Task PostgreSQL_gives_numbers_times_and_JSON_as_they_are_stored_and_refuses_what_has_no_order()
    {
        await using var bench = await StartAsync(isPostgres: true);

        var row = (await bench.GetAsync("data/shop_customers?limit=1")).GetProperty("items")[0];

        row.GetProperty("balance").ValueKind.ShouldBe(JsonValueKind.Number);
        row.GetProperty("created").GetString()!.ShouldEndWith("+00:00");
        row.GetProperty("raw").GetProperty("id").GetString().ShouldBe(row.GetProperty("id").GetString());
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "data/shop_customers?sort=raw")).Answer.GetProperty("code").GetString().ShouldBe("data.not_comparable");
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "data/shop_customers?filter=balance:gt:much")).Answer.GetProperty("code").GetString().ShouldBe("data.value_invalid");
        var csv = await bench.Admin.GetStringAsync(new Uri("api/v1/data/shop_customers?format=csv&columns=email&limit=2", UriKind.Relative), ServerBench.Cancel);
        csv.Split("\r\n")[0].Split(',').ShouldBe(["id", "email"], ignoreOrder: true);
    }

    [Fact]
    public async Task P11_a_role_for_another_pipeline_reads_no_row()
    {
        await using var bench = await StartAsync(isPostgres: false);
        await bench.DoAsync(HttpMethod.Put, "pipelines/other", new { source = "shop", destination = "db", streams = new[] { "products" }, tables = "other_{stream}" });
        var other = await bench.ClientAsync("other", Role.Viewer, null, "other");

        (await ServerBench.AskAsync(other, HttpMethod.Get, "data/shop_customers")).Answer.GetProperty("code").GetString().ShouldBe("data.table_unknown");
        (await ServerBench.AskAsync(other, HttpMethod.Get, "data/shop_customers?pipeline=payments")).Status.ShouldBe(403);
    }

    private async Task<ServerBench> StartAsync(bool isPostgres)
    {
        var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        if (isPostgres)
        {
            _isPostgres = true;
            await bench.DoAsync(HttpMethod.Put, "destinations/db", new { connector = "postgres", settings = new { url = TestPostgres.Url, schema = _schema } });
        }

        (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "customers" } })).GetProperty("status").GetString().ShouldBe("succeeded");
        return bench;
    }

    private static async Task<IReadOnlyList<string>> Ids(ServerBench bench, params string[] filters) =>
        [.. (await bench.GetAsync($"data/shop_customers?limit=1000&{string.Join('&', filters.Select(filter => $"filter={Uri.EscapeDataString(filter)}"))}"))
            .GetProperty("items").EnumerateArray().Select(row => row.GetProperty("id").GetString()!)];
}
