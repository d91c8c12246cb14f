using Shouldly;
using Tidemark.Connectors.GraphQL;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class ServerErrorTests
{
    private const string EdgeCustomers = """
        customers: |
          query ($first: Int, $after: String) {
            customers(first: $first, after: $after) { edges { node { id name creditLimit } } pageInfo { hasNextPage endCursor } }
          }
        """;

    [Theory]
    [InlineData(200)]
    [InlineData(429)]
    public async Task Points_that_are_used_up_are_waited_for_whatever_the_status(int status)
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, size: 250);
        await bench.SetAsync(new { throttle_status = status, cost = new[] { 15, 20 } });

        await bench.SucceedAsync();
        await bench.ShouldEqualTheSourceAsync("customers", "customers");
    }

    [Theory]
    [InlineData(200, """{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}""")]
    [InlineData(200, """{"errors":[{"message":"Throttled"}]}""")]
    [InlineData(200, """{"errors":[{"message":"Slower","extensions":{"code":"RATE_LIMITED"}}]}""")]
    [InlineData(429, """{"errors":[{"message":"Slower"}]}""")]
    [InlineData(429, "slower")]
    public async Task R9_a_throttle_is_known_by_its_code_its_word_or_its_status(int status, string body)
    {
        var api = GraphQLConnector.Api(new GraphQLOptions { Url = new Uri("https://shop.example/graphql"), Retries = 2 });

        var (failure, asked) = await Played.RefusalAsync(api, HttpCall.Search("/graphql", "{}"), status, body);

        (failure.Code, asked).ShouldBe(("graphql.throttled", 3));
    }

    [Fact]
    public async Task A_query_that_costs_more_than_there_can_be_is_not_waited_for()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, pageSize: 200);
        await bench.SetAsync(new { cost = new[] { 10, 5 } });

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.ShouldContain(problem => problem.Code == "graphql.too_costly" && problem.Hint == "Lower page_size.");
    }

    [Theory]
    [InlineData("INTERNAL_SERVER_ERROR", "graphql.unavailable")]
    [InlineData("UNAUTHENTICATED", "graphql.unauthorized")]
    [InlineData("FORBIDDEN", "graphql.forbidden")]
    [InlineData("SOMETHING_ELSE", "graphql.failed")]
    public async Task Errors_under_status_200_are_errors(string code, string said)
    {
        await using var bench =
            await ShopBench.StartAsync(ShopQueries.Customers, more: settings => settings["retries"] = "0");
        await bench.SetAsync(new { error_code = code });

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.ShouldContain(problem => problem.Code == said);
        refused.Problems.ShouldAllBe(problem => !problem.Message.Contains("tidemark", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_query_that_does_not_fit_the_schema_is_said_with_the_servers_words()
    {
        await using var bench =
            await ShopBench.StartAsync(
            ShopQueries.Customers.Replace("creditLimit", "credits", StringComparison.Ordinal));

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.ShouldContain(problem => problem.Code == "graphql.query_refused"
            && problem.Message.Contains("credits", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ShopQueries.Customers)]
    [InlineData(EdgeCustomers)]
    public async Task Records_that_came_without_a_field_are_quarantined_and_their_rows_stay(string queries)
    {
        await using var bench = await ShopBench.StartAsync(queries);
        await bench.SucceedAsync(WriteMode.Replace);
        var before = await bench.RowsAsync("customers", "id");
        await bench.SetAsync(new { partial_every = 40 });
        var result = await bench.SyncAsync(WriteMode.Replace);

        result.Status.ShouldBe(RunStatus.Partial, ShopBench.Describe(result));
        result.Streams[0].Quarantined.ShouldBe(3);
        result.Streams[0].Deleted.ShouldBe(0);
        var after = await bench.RowsAsync("customers", "id");
        after.Keys.ShouldBe(before.Keys);
        foreach (var (id, row) in after) row.ToJsonString().ShouldBe(before[id].ToJsonString());
    }

    [Theory]
    [InlineData(ShopQueries.Customers)]
    [InlineData(EdgeCustomers)]
    public async Task Records_that_did_not_come_at_all_keep_every_row_from_deletion(string queries)
    {
        await using var bench = await ShopBench.StartAsync(queries);
        await bench.SucceedAsync(WriteMode.Replace);
        await bench.SetAsync(new { partial_every = 40, partial_nulls = true });
        var result = await bench.SyncAsync(WriteMode.Replace);

        result.Status.ShouldNotBe(RunStatus.Succeeded);
        (await bench.RowsAsync("customers", "id")).Count.ShouldBe(120);
    }

    [Fact]
    public async Task R12_A_record_without_a_key_leaves_quarantine_once_a_merge_has_read_the_whole_list_without_it()
    {
        var queries = ShopQueries.Customers.Replace("  since: since", "", StringComparison.Ordinal);
        await using var bench = await ShopBench.StartAsync(queries);
        await bench.SetAsync(new { partial_every = 40, partial_nulls = true });
        (await bench.SyncAsync()).Status.ShouldBe(RunStatus.Partial);
        (await bench.QuarantineAsync()).ShouldNotBeEmpty();

        await bench.SetAsync(new { partial_every = 0, partial_nulls = false });
        await bench.SucceedAsync();

        (await bench.QuarantineAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_token_is_not_repeated_in_the_message()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, more: settings =>
        {
            settings["token"] = "wrong-token-of-mine";
            settings["headers"] = "X-Shop: another-secret";
        });

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.ShouldAllBe(problem => problem.Code == "graphql.unauthorized");
        refused.ToString().ShouldNotContain("wrong-token-of-mine");
    }

    [Fact]
    public async Task Headers_of_the_settings_carry_the_credentials()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, more: settings =>
        {
            settings.Remove("token");
            settings["headers"] = "X-Shop: main\nAuthorization: Bearer tidemark";
        });

        await bench.SucceedAsync();
    }
}
