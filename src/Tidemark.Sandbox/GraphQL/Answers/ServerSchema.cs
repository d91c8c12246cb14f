using System.Collections.Frozen;
using Tidemark.Sandbox.GraphQL.Language;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>A field of a type.</summary>
/// <param name="Type">As in schema language: <c>[String!]!</c>.</param>
/// <param name="Arguments">Names that it takes.</param>
internal sealed record ServerField(string Type, IReadOnlyList<string> Arguments)
{
    /// <summary>The innermost type.</summary>
    public string TypeName => Type.Trim('[', ']', '!');
}

/// <summary>The types that this server knows.</summary>
internal static class ServerSchema
{
    private const string Definitions = """
        Query customers(first,after,updatedSince): CustomerConnection!
        Query orders(first,after,updatedSince): OrderConnection!
        Query allCustomers(page,perPage,updatedSince): [Customer]
        Query allOrders(page,perPage,updatedSince): [Order]
        Query _allCustomersMeta: ListMetadata
        Query _allOrdersMeta: ListMetadata
        Query customerList(limit,offset,updatedSince): [Customer!]!
        Query orderList(limit,offset,updatedSince): [Order!]!
        Query customerPage(page,perPage,updatedSince): CustomerPage!
        Query orderPage(page,perPage,updatedSince): OrderPage!
        Query customer(id): Customer
        Query order(id): Order
        Query node(id): Node
        Node id: ID!
        ListMetadata count: Int!
        PageInfo hasNextPage: Boolean!
        PageInfo hasPreviousPage: Boolean!
        PageInfo startCursor: String
        PageInfo endCursor: String
        CustomerConnection nodes: [Customer]
        CustomerConnection edges: [CustomerEdge]
        CustomerConnection pageInfo: PageInfo!
        CustomerConnection totalCount: Int!
        CustomerEdge cursor: String!
        CustomerEdge node: Customer
        CustomerPage items: [Customer!]!
        CustomerPage total: Int!
        CustomerPage hasMore: Boolean!
        OrderConnection nodes: [Order]
        OrderConnection edges: [OrderEdge]
        OrderConnection pageInfo: PageInfo!
        OrderConnection totalCount: Int!
        OrderEdge cursor: String!
        OrderEdge node: Order
        OrderPage items: [Order!]!
        OrderPage total: Int!
        OrderPage hasMore: Boolean!
        Customer id: ID!
        Customer name: String!
        Customer email: String
        Customer phone: String
        Customer segment: Segment
        Customer isActive: Boolean!
        Customer orderCount: Int!
        Customer rating: Float
        Customer creditLimit: Decimal
        Customer customerSince: Date!
        Customer createdAt: DateTime!
        Customer updatedAt: DateTime!
        Customer tags: [String!]!
        Customer metadata: JSON
        Customer address: Address
        Address line1: String
        Address city: String
        Address state: String
        Address country: String
        Order id: ID!
        Order number: Int!
        Order status: OrderStatus!
        Order total: Decimal!
        Order currency: String!
        Order placedOn: Date!
        Order createdAt: DateTime!
        Order updatedAt: DateTime!
        Order customer: OrderCustomer
        Order lineItems(first,after): LineItemConnection!
        OrderCustomer id: ID!
        OrderCustomer locale: String
        LineItemConnection nodes: [LineItem!]!
        LineItemConnection edges: [LineItemEdge!]!
        LineItemConnection pageInfo: PageInfo!
        LineItemConnection totalCount: Int!
        LineItemEdge cursor: String!
        LineItemEdge node: LineItem!
        LineItem id: ID!
        LineItem sku: String!
        LineItem title: String
        LineItem quantity: Int!
        LineItem price: Decimal!
        """;

    public static readonly FrozenDictionary<string, FrozenDictionary<string, ServerField>> Types = Definitions
        .Split('\n')
        .Select(Parse)
        .GroupBy(line => line.Type, StringComparer.Ordinal)
        .ToFrozenDictionary(
            type => type.Key, type =>
                type.ToFrozenDictionary(line => line.Name, line => line.Field, StringComparer.Ordinal),
            StringComparer.Ordinal);

    /// <summary>Refuses what the schema does not have, as servers do before they execute anything.</summary>
    /// <exception cref="GraphQLProblem">An unknown field or argument, or a selection that is missing.</exception>
    public static void Check(string type, IReadOnlyList<QueryField> fields)
    {
        foreach (var field in fields.Where(field => !field.Name.StartsWith("__", StringComparison.Ordinal)))
        {
            var owner = field.OnType ?? type;
            if (!Types.TryGetValue(owner, out var known)) throw GraphQLProblem.Invalid($"Unknown type \"{owner}\".");
            if (!known.TryGetValue(field.Name, out var its))
                throw GraphQLProblem.Invalid($"Cannot query field \"{field.Name}\" on type \"{owner}\".");
            foreach (var argument in field.Arguments.Keys.Where(name => !its.Arguments.Contains(name)))
                throw GraphQLProblem.Invalid($"Unknown argument \"{argument}\" on field \"{owner}.{field.Name}\".");
            if (Types.ContainsKey(its.TypeName) != field.Fields.Count > 0)
                throw GraphQLProblem.Invalid(
                    $"Field \"{field.Name}\" of type \"{its.Type}\" has a wrong selection of subfields.");
            Check(its.TypeName, field.Fields);
        }
    }

    /// <summary>The answer to an introspection query, whatever it selects.</summary>
    public static void Describe(JsonBuffer json)
    {
        json.Raw("""{"queryType":{"name":"Query"},"types":["""u8);
        var isFirst = true;
        foreach (var (name, fields) in Types.OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            if (!isFirst) json.Raw(","u8);
            isFirst = false;
            json.Add($$"""{"name":{{name}},"kind":{{(name == "Node" ? "INTERFACE" : "OBJECT")}},"fields":[""");
            var isFirstField = true;
            foreach (var (field, its) in fields.OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                if (!isFirstField) json.Raw(","u8);
                isFirstField = false;
                json.Add($$"""{"name":{{field}},"args":[""");
                foreach (var (at, argument) in its.Arguments.Index())
                {
                    if (at > 0) json.Raw(","u8);
                    json.Add($$"""{"name":{{argument}},"type":""");
                    Describe(json, ArgumentType(argument));
                    json.Raw("}"u8);
                }

                json.Raw("],\"type\":"u8);
                Describe(json, its.Type);
                json.Raw("}"u8);
            }

            json.Raw("]}"u8);
        }

        json.Raw("]}"u8);
    }

    private static string ArgumentType(string argument) => argument switch
    {
        "id" => "ID!",
        "after" => "String",
        "updatedSince" => "DateTime",
        _ => "Int",
    };

    private static void Describe(JsonBuffer json, string type)
    {
        if (type.EndsWith('!') || type.EndsWith(']'))
        {
            json.Add($$"""{"name":null,"kind":{{(type.EndsWith('!') ? "NON_NULL" : "LIST")}},"ofType":""");
            Describe(json, type.EndsWith('!') ? type[..^1] : type[1..^1]);
            json.Raw("}"u8);
            return;
        }

        var kind = Types.ContainsKey(type) ? "OBJECT" : type is "Segment" or "OrderStatus" ? "ENUM" : "SCALAR";
        json.Add($$"""{"name":{{type}},"kind":{{kind}},"ofType":null}""");
    }

    private static (string Type, string Name, ServerField Field) Parse(string line)
    {
        var parts = line.Trim().Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
        var open = parts[1].IndexOf('(', StringComparison.Ordinal);
        return open < 0
            ? (parts[0], parts[1], new(parts[2], []))
            : (parts[0], parts[1][..open], new(parts[2], parts[1][(open + 1)..^1].Split(',')));
    }
}
