using Shouldly;
using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class QueryTextTests
{
    [Fact]
    public void Fields_aliases_arguments_and_fragments_are_read()
    {
        var query = GraphParser.Read(""""
            # a comment with { brackets }
            query Shop($first: Int = 10, $ids: [ID!]!, $after: String) @cached(ttl: 5) {
              people: customers(first: $first, after: $after, filter: { name: "a } b", tags: ["x", $ids] }) @include(if: true) {
                nodes { id, ...Names ... on Company { taxId name } ... { note(text: """a "block" of } text""") } }
              }
            }
            fragment Names on Person { name home: address { city } }
            """", operation: null);

        query.Name.ShouldBe("Shop");
        query.Variables.Select(variable => (variable.Name, variable.Type, variable.IsRequired)).ShouldBe(
            [("first", "Int", false), ("ids", "[ID!]!", true), ("after", "String", false)]);
        var list = query.Fields.ShouldHaveSingleItem();
        (list.Name, list.Response).ShouldBe(("customers", "people"));
        list.Arguments.Select(argument => argument.Name).ShouldBe(["first", "after", "filter"]);
        list.Argument("after")!.Variable.ShouldBe("after");
        list.Argument("filter")!.Variable.ShouldBeNull();
        var node = list.Child("nodes")!;
        node.Fields.Select(field => field.Response).ShouldBe(["id", "name", "home", "taxId", "note"]);
        node.Child("home")!.OnType.ShouldBe("Person");
        node.Child("taxId")!.OnType.ShouldBe("Company");
    }

    [Theory]
    [InlineData("query { a { b }")]
    [InlineData("query { a(b: ) }")]
    [InlineData("{ a ...Missing }")]
    [InlineData("query { a(text: \"open) }")]
    [InlineData("{ a % b }")]
    [InlineData("fragment F on T { ...F } { ...F }")]
    public void A_text_that_is_no_query_is_refused_with_its_line(string text) =>
        Should.Throw<TidemarkException>(() => GraphParser.Read(text, operation: null)).Code.ShouldBe(
            "graphql.malformed");

    [Fact]
    public void A_mutation_is_never_sent() =>
        Should.Throw<TidemarkException>(() => GraphParser.Read("mutation { deleteAll }", operation: null))
            .Code.ShouldBe("graphql.not_a_query");

    [Fact]
    public void One_of_several_operations_is_chosen_by_its_name()
    {
        const string text = "query A { a } query B { b }";

        GraphParser.Read(text, "B").Fields[0].Name.ShouldBe("b");
        Should.Throw<TidemarkException>(() => GraphParser.Read(text, operation: null)).Code.ShouldBe(
            "graphql.operation_unknown");
    }
}
