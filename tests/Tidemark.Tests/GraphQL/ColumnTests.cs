using Shouldly;
using Tidemark.Connectors.GraphQL;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class ColumnTests
{
    private const string Language = """"
        """A shop."""
        schema @link(url: "x") { query: Root mutation: Change }
        directive @link(url: String) repeatable on SCHEMA | FIELD
        scalar DateTime @specifiedBy(url: "https://example.com")
        enum State { OPEN "closed for good" CLOSED }
        union Thing = | Person | Company
        input Filter { name: String = "x", type: [State!] = [OPEN] }
        interface Named { name: String }
        type Empty implements Named & Other
        type Root { "All of them." people(filter: Filter = { name: "}" }, first: Int): [Person!]! @deprecated }
        extend type Person { extra: Long }
        type Person implements Named & Other @key(fields: "id") {
          id: ID! name: String age: Int height: Float alive: Boolean! born: Date seen: DateTime! worth: Money
          state: State data: JSON nick: [String!]! odd: Strange home: Home friends: [Person]
        }
        type Home { city: String since: Date rooms: [Int] owner: Person }
        """";

    private const string Query = """
        people:
          query: |
            { people { __typename id name age height alive born seen worth state data nick odd extra friends { id }
              home { city since rooms owner { id } } } }
          paging: none
        """;

    [Fact]
    public void The_schema_gives_columns_their_types()
    {
        var stream = new Columns(Plan(Query), SchemaLanguage.Read(Language)).ToSchema();

        stream.Fields.Select(field => $"{field.Name} {field.Type} {field.Path}").ShouldBe(
        [
            "id Text id", "name Text name", "age Int64 age", "height Float64 height", "alive Boolean alive",
                "born Date born",
            "seen Timestamp seen", "worth Decimal worth", "state Text state", "data Json data", "nick Json nick",
                "odd Text odd",
            "extra Int64 extra", "friends Json friends", "home_city Text home/city", "home_since Date home/since",
            "home_rooms Json home/rooms", "home_owner Json home/owner",
        ]);
        stream.Key.ShouldBe(["id"]);
        stream.LeftInRaw.ShouldBe(["__typename"]);
    }

    [Fact]
    public void Types_of_the_settings_win_over_the_schema()
    {
        var stream = new Columns(
            Plan(Query + "\n  types: { odd: decimal, born: timestamp_ms, home.city: json }"),
                SchemaLanguage.Read(Language)).ToSchema();

        stream.Fields.Single(field => field.Name == "odd").Type.ShouldBe(FieldType.Decimal);
        stream.Fields.Single(field => field.Name == "born").Time.ShouldBe(WireTime.UnixMilliseconds);
        stream.Fields.Single(field => field.Name == "home_city").Type.ShouldBe(FieldType.Json);
    }

    [Fact]
    public void Without_a_schema_the_key_and_what_the_settings_type_are_declared()
    {
        var stream =
            new Columns(Plan(Query + "\n  types: { seen: timestamp, home.city: text }"), schema: null).ToSchema();

        stream.Fields.Select(field => field.Name).ShouldBe(["seen", "home_city", "id"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_servers_own_schema_types_the_table()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Orders + ShopQueries.Customers);
        await bench.SucceedAsync();

        (await bench.RowsAsync("orders", "customer_id")).Keys.ShouldAllBe(
            id => id.StartsWith("Q3VzdG9tZX", StringComparison.Ordinal));
        (await bench.RowsAsync("customers", "coalesce(address_city, '')")).Count.ShouldBeGreaterThan(3);
        (await bench.RowsAsync("orders", "json_array_length(line_items) || ''")).ShouldContainKey("0");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_keeps_its_schema_is_read_with_a_file_or_with_inferred_types(bool hasFile)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(
            folder.File("schema.graphql"),
                "type Query { customers: C } type C { nodes: [D] } type D { id: ID rating: Float }",
            TestContext.Current.CancellationToken);
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers, more: settings =>
        {
            if (hasFile) settings["schema_file"] = folder.File("schema.graphql");
        });
        await bench.SetAsync(new { introspection = false });

        await bench.SucceedAsync();
        await bench.ShouldEqualTheSourceAsync("customers", "customers");
    }

    [Fact]
    public async Task A_scalar_that_is_not_what_its_name_says_is_seen_before_the_reading()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Customers + "  types: { createdAt: date }\n");

        (await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync())).Code.ShouldBe("graphql.type_differs");
        (await bench.TablesAsync()).ShouldBeEmpty();
    }

    private static QueryPlan Plan(string setting)
    {
        var problems = new List<Problem>();
        var plan = QuerySet.Read(new GraphQLOptions { Queries = setting }, problems).Single();
        problems.ShouldBeEmpty();
        return plan;
    }
}
