using System.Text.Json;
using Shouldly;
using Tidemark.Connectors.GraphQL;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Connectors.GraphQL.Reading;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class QuerySettingTests
{
    [Fact]
    public void Yaml_json_and_a_file_say_the_same()
    {
        using var folder = new TestFolder();
        const string query =
            "query ($first: Int, $after: String) { a(first: $first, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }";
        File.WriteAllText(folder.File("queries.yaml"), $"things:\n  query: '{query}'\n  page_size: 7\n");
        string[] settings =
        [
            $"things:\n  query: |\n    {query}\n  page_size: 7\n",
            JsonSerializer.Serialize(new { things = new { query, page_size = 7 } }),
            JsonSerializer.Serialize(new[] { new { name = "things", query, page_size = 7 } }),
            folder.File("queries.yaml"),
        ];

        foreach (var setting in settings)
        {
            var plan = Read(setting).ShouldHaveSingleItem();
            (plan.Name, plan.Paging, plan.PageSize, plan.RecordsPath).ShouldBe(
                ("things", PagingStyle.Relay, (int?)7, "data/a/nodes"));
        }
    }

    [Theory]
    [InlineData("a: 'query { b { id } }'", "graphql.paging_unknown")]
    [InlineData("a: { query: 'query { b { id } }', paging: sideways }", "graphql.key_invalid")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, keys: id }", "graphql.key_unknown")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, key: [] }", "graphql.key_invalid")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, key: '' }", "graphql.key_invalid")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, key: ' , ' }", "graphql.key_invalid")]
    [InlineData("a: { query: 'query { b { name } }', paging: none }", "graphql.key_unselected")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, since: from }", "graphql.variable_unknown")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, records: c }", "graphql.records_unknown")]
    [InlineData("a: { query: 'query { b { id c { nodes { id } } } }', paging: none }", "graphql.page_info_missing")]
    [InlineData(
        "a: { query: 'query { b { id c { d { nodes { id } pageInfo { hasNextPage endCursor } } } } }', paging: none }",
        "graphql.nested_too_deep")]
    [InlineData("a: { query: 'query { b { id } }', paging: none, types: { id: number } }", "graphql.type_unknown")]
    [InlineData("A b: { query: 'query { b { id } }', paging: none }", "graphql.name_invalid")]
    [InlineData("a: { paging: none }", "graphql.query_missing")]
    [InlineData("just words", "graphql.queries_malformed")]
    [InlineData("a: &x { b: *x }", "graphql.queries_malformed")]
    [InlineData("/nowhere/queries.yaml", "graphql.queries_file")]
    public void What_is_wrong_with_a_setting_is_said(string setting, string code)
    {
        var problems = new List<Problem>();
        QuerySet.Read(new GraphQLOptions { Queries = setting }, problems);

        problems.Select(problem => problem.Code).ShouldContain(code);
    }

    [Theory]
    [InlineData("$at: Int", "offset: $at", "", true)]
    [InlineData("$at: Int", "page: $at", ", first_page: 1", true)]
    [InlineData("$at: String", "after: $at", "", false)]
    public void R2_since_is_refused_for_a_list_past_whose_pages_a_record_may_slip(string variable, string argument, string more, bool isRefused)
    {
        var problems = new List<Problem>();
        var query = $"query ({variable}, $from: String) {{ b({argument}, from: $from) {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}";
        QuerySet.Read(new GraphQLOptions { Queries = $"a: {{ query: '{query}', since: from{more} }}" }, problems);

        problems.Select(problem => problem.Code).ShouldBe(isRefused ? ["graphql.since_counted"] : []);
    }

    [Theory]
    [InlineData("iso", null, "\"2024-01-31T10:00:00Z\"")]
    [InlineData("date", null, "\"2024-01-31\"")]
    [InlineData("unix", null, "1706695200")]
    [InlineData("unix_ms", null, "1706695200000")]
    [InlineData("iso", "updated_at:>'{since}'", "\"updated_at:\\u003E\\u00272024-01-31T10:00:00Z\\u0027\"")]
    public void The_time_of_an_incremental_reading_is_written_as_the_server_wants_it(
        string format, string? text, string expected)
    {
        var setting = JsonSerializer.Serialize(new
        {
            a = new
            {
                query = "query ($from: String) @b @c(d: $from) { b(from: $from) { id } }",
                paging = "none",
                since = "from",
                since_format = format,
                since_text = text,
            },
        });
        var plan = Read(setting).ShouldHaveSingleItem();
        var call = new QueryCall("/graphql", plan);

        call.At(new Slice { From = 1_706_695_200 }).Json.ShouldNotBeNull().ShouldContain($"\"from\":{expected}");
        call.At(new Slice()).Json.ShouldNotBeNull().ShouldNotContain("variables");
    }

    [Fact]
    public void A_variable_that_must_be_there_asks_a_full_reading_for_all()
    {
        var plan =
            Read("a: { query: 'query ($from: DateTime!) { b(from: $from) { id } }', paging: none, since: from }").Single();

        new QueryCall("/", plan).At(new Slice()).Json!.ShouldContain("1970-01-01T00:00:00Z");
    }

    [Fact]
    public void Headers_are_lines_and_never_shown()
    {
        var headers = new GraphQLHeaders(new Secret("one"), new Secret("X-Token: two\n X-Other : a:b"));

        headers.Secrets.Select(secret => secret.Reveal()).ShouldBe(["two", "a:b", "one"], ignoreOrder: true);
        GraphQLHeaders.IsValid("X-Token two").ShouldBeFalse();
        GraphQLHeaders.IsValid("X-Token: two").ShouldBeTrue();
    }

    private static IReadOnlyList<QueryPlan> Read(string setting)
    {
        var problems = new List<Problem>();
        var plans = QuerySet.Read(new GraphQLOptions { Queries = setting }, problems);
        problems.ShouldBeEmpty();
        return plans;
    }
}
