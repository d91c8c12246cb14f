using Shouldly;
using Xunit;

namespace Tidemark.Tests.GraphQL;

/// <summary>Where a query asks for the number of all records, the test of the source tells it.</summary>
public sealed class CountTests
{
    private const int Size = 70;

    [Theory]
    [InlineData("customers(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id name } }")]
    [InlineData("customers(first: $first, after: $after) { all: totalCount pageInfo { hasNextPage endCursor } edges { node { id } } }")]
    [InlineData("allCustomers(page: $page, perPage: $first) { id name } _allCustomersMeta { count }", "first_page: 0")]
    [InlineData("customerPage(page: $page, perPage: $first) { items { id } total }", "first_page: 1", "records: customerPage/items")]
    [InlineData("customerPage(page: $page, perPage: $first) { items { id } n: total }", "first_page: 1", "records: customerPage/items", "total: customerPage.n")]
    public async Task A_count_that_the_query_asks_for_is_shown(string list, params string[] keys) =>
        (await CountAsync(list, keys)).ShouldBe(Size);

    [Theory]
    [InlineData("customers(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id name } }")]
    [InlineData("allCustomers(page: $page, perPage: $first) { id name } _allOrdersMeta { count }", "first_page: 0")]
    [InlineData("orders(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id total } }")]
    [InlineData(
        "orders(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id "
        + "lineItems(first: 5) { pageInfo { hasNextPage endCursor } nodes { id } } } }",
        "rows: lineItems", "parent: { order_id: id }")]
    public async Task P3_A_count_that_it_does_not_ask_for_or_that_counts_something_else_is_unknown(string list, params string[] keys) =>
        (await CountAsync(list, keys)).ShouldBeNull();

    private static async Task<long?> CountAsync(string list, string[] keys)
    {
        var variables = list.Contains("$page", StringComparison.Ordinal) ? "$page: Int, $first: Int" : "$first: Int!, $after: String";
        var definition = string.Concat(keys.Prepend($"query: 'query ({variables}) {{ {list} }}'").Select(key => $"  {key}\n"));
        await using var bench = await ShopBench.StartAsync($"listed:\n{definition}", Size);
        var test = await bench.TestAsync();

        test.Problems.ShouldBeEmpty();
        return test.Streams.ShouldHaveSingleItem().EstimatedCount;
    }
}
