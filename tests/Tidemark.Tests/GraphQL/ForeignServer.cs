using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Sandbox.GraphQL;
using Tidemark.Sandbox.GraphQL.Language;
using Tidemark.Tests.Sources;

namespace Tidemark.Tests.GraphQL;

/// <summary>
/// A GraphQL server unlike the shop's. It takes its schema in schema language, serves orders with lines in them, and refuses names, types of
/// variables and values that the schema does not have, as servers do.
/// </summary>
/// <param name="language">The schema. A field that ends in <c>ById</c>, <c>order</c> and <c>node</c> find an order by their argument.</param>
/// <param name="mostRecords">The most that a page may be asked for.</param>
internal sealed class ForeignServer(string language, int mostRecords) : IAsyncDisposable
{
    /// <summary>Int ids, a global id called nodeId and a scalar for cursors.</summary>
    /// <remarks>https://www.graphile.org/postgraphile/.</remarks>
    public const string PostGraphile = """
        scalar Cursor
        type Query {
          node("The globally unique `ID`." nodeId: ID!): Node
          allOrders(first: Int, after: Cursor, offset: Int): OrderConnection
          orderById(id: Int!): Order
        }
        interface Node { nodeId: ID! }
        type OrderConnection { nodes: [Order]! pageInfo: PageInfo! totalCount: Int! }
        type Order implements Node { nodeId: ID! id: Int! name: String lines(first: Int, after: Cursor): LineConnection! }
        type LineConnection { nodes: [Line]! edges: [LineEdge!]! pageInfo: PageInfo! }
        type LineEdge { cursor: Cursor node: Line }
        type Line implements Node { nodeId: ID! id: Int! sku: String }
        type PageInfo { hasNextPage: Boolean! endCursor: Cursor }
        """;

    /// <summary>As the specifications of Relay have it: global ids and texts as cursors.</summary>
    /// <remarks>https://relay.dev/docs/guides/graphql-server-specification/.</remarks>
    public static readonly string Relay = PostGraphile.Replace("nodeId: ID!", "id: ID!", StringComparison.Ordinal)
        .Replace("id: Int!", "number: Int!", StringComparison.Ordinal).Replace(": Cursor", ": String", StringComparison.Ordinal);

    /// <summary>Plain lists by offset, without node.</summary>
    public const string Offsets = """
        type Query { orders(limit: Int, offset: Int): [Order!]! orderById(key: String!): Order }
        type Order { id: Int! name: String lines(first: Int = 2, after: String): LineConnection! }
        type LineConnection { edges: [LineEdge!]! pageInfo: PageInfo! }
        type LineEdge { cursor: String node: Line }
        type Line { id: Int! sku: String }
        type PageInfo { hasNextPage: Boolean! endCursor: String }
        """;

    private readonly GraphSchema _schema = SchemaLanguage.Read(language);
    private readonly JsonArray _orders = Orders(language == Relay);
    private PlayedServer? _server;

    /// <summary>Whether <c>node</c> knows no id.</summary>
    public bool IsNodeEmpty { get; set; }

    public Uri Address => new((_server ??= new PlayedServer(Answer)).Address, "/graphql");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private PlayedAnswer Answer(PlayedRequest request)
    {
        try
        {
            var body = JsonNode.Parse(request.Body)!.AsObject();
            var (text, variables) = ((string)body["query"]!, body["variables"] as JsonObject ?? []);
            if (text.Contains("__schema", StringComparison.Ordinal)) return PlayedAnswer.Json(Introspection().ToJsonString());
            var operation = GraphParser.Read(text, (string?)body["operationName"]);
            foreach (var variable in operation.Variables) CheckValue(variable, variables);
            CheckFields(operation, operation.Fields, _schema.QueryType);
            var fields = QueryParser.Read(text, variables, (string?)body["operationName"]);
            return PlayedAnswer.Json(new JsonObject { ["data"] = Object(fields, null) }.ToJsonString());
        }
        catch (GraphQLProblem wrong)
        {
            var error = new JsonObject { ["message"] = wrong.Message, ["extensions"] = new JsonObject { ["code"] = "BAD_USER_INPUT" } };
            return PlayedAnswer.Json(new JsonObject { ["errors"] = new JsonArray(error) }.ToJsonString());
        }
    }

    private static void CheckValue(GraphVariable variable, JsonObject variables)
    {
        var value = variables[variable.Name];
        var fits = (variable.Type.TrimEnd('!'), value?.GetValueKind()) switch
        {
            (_, null) => !variable.IsRequired,
            ("Int", System.Text.Json.JsonValueKind.Number) => true,
            ("String" or "Cursor", System.Text.Json.JsonValueKind.String) => true,
            ("ID", System.Text.Json.JsonValueKind.String or System.Text.Json.JsonValueKind.Number) => true,
            _ => false,
        };
        if (!fits) throw GraphQLProblem.BadInput($"Variable \"${variable.Name}\" got invalid value {value?.ToJsonString()}; {variable.Type} cannot represent it.");
    }

    private void CheckFields(GraphOperation operation, IEnumerable<GraphField> fields, string type)
    {
        foreach (var field in fields.Where(field => !field.Name.StartsWith("__", StringComparison.Ordinal)))
        {
            if (_schema.Field(field.OnType ?? type, field.Name) is not { } known)
                throw GraphQLProblem.Invalid($"Cannot query field \"{field.Name}\" on type \"{field.OnType ?? type}\".");
            foreach (var argument in field.Arguments)
            {
                if (!known.Arguments.TryGetValue(argument.Name, out var wanted))
                    throw GraphQLProblem.Invalid($"Unknown argument \"{argument.Name}\" on field \"{field.Name}\".");
                if (argument.Variable is { } name && operation.Variable(name) is { } variable && variable.Type != wanted && variable.Type != wanted + "!")
                    throw GraphQLProblem.Invalid($"Variable \"${name}\" of type \"{variable.Type}\" used in position expecting type \"{wanted}\".");
            }

            CheckFields(operation, field.Fields, known.Name);
        }
    }

    private JsonObject Object(IEnumerable<QueryField> fields, JsonObject? owner) =>
        new(fields.Select(field => KeyValuePair.Create(field.Response, Value(field, owner))));

    private JsonNode? Value(QueryField field, JsonObject? owner) => (field.Name, owner?[field.Name]) switch
    {
        ("__typename", _) => "Query",
        ("node", _) => IsNodeEmpty ? null : Found(field),
        ("allOrders" or "orders", _) => List(field, _orders),
        ({ } name, null) when name.EndsWith("ById", StringComparison.Ordinal) => Found(field),
        (_, JsonArray list) => List(field, list),
        (_, { } value) => value.DeepClone(),
        _ => null,
    };

    private JsonObject? Found(QueryField field)
    {
        var (name, id) = (field.Arguments.Single().Key, field.Arguments.Single().Value!.ToString());
        var order = _orders.FirstOrDefault(order => order!["id"]!.ToString() == id || (name == "nodeId" && order["nodeId"]!.ToString() == id));
        return order is null ? null : Object(field.Fields, order.AsObject());
    }

    private JsonNode List(QueryField field, JsonArray list)
    {
        var most = field.Whole("first") ?? field.Whole("limit") ?? 2;
        if (most > mostRecords) throw GraphQLProblem.BadInput($"At most {mostRecords} records can be asked for.");
        var from = field.Text("after") is { } after ? int.Parse(after[1..], CultureInfo.InvariantCulture) : field.Whole("offset") ?? 0;
        var some = list.Skip(from).Take(most).Select(each => each!.AsObject()).ToList();
        if (!field.Fields.Any(each => each.Name is "nodes" or "edges")) return new JsonArray([.. some.Select(each => Object(field.Fields, each))]);
        return new JsonObject(field.Fields.Select(each => KeyValuePair.Create(each.Response, (JsonNode?)(each.Name switch
        {
            "nodes" => new JsonArray([.. some.Select(node => Object(each.Fields, node))]),
            "edges" => new JsonArray([.. some.Select(node => new JsonObject { ["node"] = Object(each.Fields.Single(inner => inner.Name == "node").Fields, node) })]),
            "pageInfo" => new JsonObject { ["hasNextPage"] = from + some.Count < list.Count, ["endCursor"] = some.Count == 0 ? null : $"c{from + some.Count}" },
            _ => list.Count,
        }))));
    }

    private static JsonArray Orders(bool hasGlobalIds) => new([.. Enumerable.Range(1, 7).Select(order => new JsonObject
    {
        ["id"] = hasGlobalIds ? $"T3JkZXI6{order}" : order,
        ["nodeId"] = $"WyJvcmRlcnMiLD{order}",
        ["number"] = order,
        ["name"] = $"Order {order}",
        ["lines"] = new JsonArray([.. Enumerable.Range(1, order).Select(line => new JsonObject
        {
            ["id"] = (order * 100) + line,
            ["nodeId"] = $"line{order}-{line}",
            ["number"] = (order * 100) + line,
            ["sku"] = $"S{line}",
        })]),
    })]);

    private JsonObject Introspection() => new()
    {
        ["data"] = new JsonObject
        {
            ["__schema"] = new JsonObject
            {
                ["queryType"] = new JsonObject { ["name"] = _schema.QueryType },
                ["types"] = new JsonArray([.. _schema.Types.Select(type => new JsonObject
                {
                    ["name"] = type.Key,
                    ["kind"] = "OBJECT",
                    ["fields"] = new JsonArray([.. type.Value.Select(field => new JsonObject
                    {
                        ["name"] = field.Key,
                        ["args"] = new JsonArray([.. field.Value.Arguments.Select(argument => new JsonObject { ["name"] = argument.Key, ["type"] = TypeOf(argument.Value) })]),
                        ["type"] = TypeOf(field.Value.IsList ? $"[{field.Value.Name}]" : field.Value.Name),
                    })]),
                })]),
            },
        },
    };

    private static JsonObject TypeOf(string type) =>
        type.EndsWith('!') ? new() { ["name"] = null, ["kind"] = "NON_NULL", ["ofType"] = TypeOf(type[..^1]) }
        : type.EndsWith(']') ? new() { ["name"] = null, ["kind"] = "LIST", ["ofType"] = TypeOf(type[1..^1]) }
        : new() { ["name"] = type, ["kind"] = "SCALAR", ["ofType"] = null };
}
