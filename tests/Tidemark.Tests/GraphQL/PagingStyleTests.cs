using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class PagingStyleTests
{
    private const string Offset = """
        customers: |
          query ($limit: Int, $offset: Int) { customerList(limit: $limit, offset: $offset) { id name } }
        """;

    private const string FromZero = """
        customers:
          query: |
            query ($page: Int, $perPage: Int) {
              allCustomers(page: $page, perPage: $perPage) { id name }
              _allCustomersMeta { count }
            }
          first_page: 0
        """;

    private const string FromOne = """
        customers:
          query: |
            query ($page: Int, $perPage: Int) {
              customerPage(page: $page, perPage: $perPage) { items { id name } total hasMore }
            }
          records: customerPage/items
          first_page: 1
        """;

    [Theory]
    [InlineData(Offset)]
    [InlineData(FromZero)]
    [InlineData(FromZero + "\n  total: _allCustomersMeta/count")]
    [InlineData(FromOne)]
    [InlineData(FromOne + "\n  total: customerPage.total")]
    [InlineData(FromOne + "\n  has_more: customerPage.hasMore")]
    public async Task Every_page_is_read_whatever_the_style(string queries)
    {
        foreach (var size in new[] { 120, 100, 1 })
        {
            await using var bench = await ShopBench.StartAsync(queries, size);
            await bench.SucceedAsync(WriteMode.Replace);
            await bench.ShouldEqualTheSourceAsync(
                "customers", "customers", record => ShopBench.Only(record, "id", "name"));
        }
    }

    [Fact]
    public async Task A_server_that_cuts_pages_down_without_a_word_loses_no_record()
    {
        await using var bench = await ShopBench.StartAsync(Offset, size: 330, pageSize: 150);
        await bench.SucceedAsync();

        (await bench.RowsAsync("customers", "id")).Count.ShouldBe(330);
    }

    [Fact]
    public async Task A_page_that_the_server_finds_too_large_fails_the_check()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, pageSize: 300);
        await bench.SetAsync(new { max_page = 40 });

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.ShouldContain(problem => problem.Message.Contains("at most 40", StringComparison.Ordinal) && problem.Hint == "Lower page_size.");
        (await bench.TablesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cursor_page_that_the_server_cuts_down_is_followed_by_the_rest()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, pageSize: 300);
        await bench.SetAsync(new { max_page = 40, refuses_large_pages = false });

        await bench.SucceedAsync();
        await bench.ShouldEqualTheSourceAsync("customers", "customers");
    }

    [Fact]
    public async Task Cursors_that_expired_before_a_resumed_reading_begin_it_again()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, size: 250);
        await bench.FaultAsync(new { fault = "status", status = 500, after = 6, times = -1 });
        (await bench.SyncAsync()).Status.ShouldNotBe(RunStatus.Succeeded);
        await bench.ClearFaultsAsync();
        await bench.SetAsync(new { expire_cursors = true });

        await bench.SucceedAsync();
        await bench.ShouldEqualTheSourceAsync("customers", "customers");
    }

    [Theory]
    [InlineData("empty_page")]
    [InlineData("repeat_page")]
    [InlineData("has_more_lie_false")]
    public async Task A_lie_about_a_page_of_cursors_does_not_lose_records(string fault)
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, size: 250);
        await bench.FaultAsync(new { fault, after = 2, times = 1 });

        await bench.SucceedAsync(WriteMode.Replace);
        await bench.ShouldEqualTheSourceAsync("customers", "customers");
    }

    [Fact]
    public async Task An_empty_page_below_the_total_is_asked_for_again()
    {
        await using var bench = await ShopBench.StartAsync(FromZero + "\n  total: _allCustomersMeta/count");
        await bench.FaultAsync(new { fault = "empty_page", after = 2, times = 1 });

        await bench.SucceedAsync(WriteMode.Replace);
        (await bench.RowsAsync("customers", "id")).Count.ShouldBe(120);
    }

    [Fact]
    public async Task Numbered_pages_without_their_first_number_are_not_read()
    {
        await using var bench =
            await ShopBench.StartAsync(FromOne.Replace("first_page: 1", "page_size: 10", StringComparison.Ordinal));

        (await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync())).Problems
            .ShouldContain(problem => problem.Code == "graphql.first_page_missing");
    }

    [Fact]
    public async Task A_record_whose_field_says_so_is_deleted_incrementally()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers + "  deleted: metadata\n");
        await bench.SucceedAsync();
        await bench.MutateAsync("customers", new { update = new { count = 4, set = new { metadata = "2026-01-31" } } });
        var result = await bench.SucceedAsync();

        result.Streams[0].Deleted.ShouldBe(4);
        (await bench.RowsAsync("customers", "id")).Count.ShouldBe(116);
    }
}
