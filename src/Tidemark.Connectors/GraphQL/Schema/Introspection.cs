using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Schema;

/// <summary>Asks a server for its schema.</summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Introspection.</remarks>
internal static class Introspection
{
    // A non-null list of non-null lists of a non-null type has five wrappers.
    public const string Query = """
        query TidemarkSchema {
          __schema {
            queryType { name }
            types { name kind fields(includeDeprecated: true) { name args { name type { ...TypeName } } type { ...TypeName } } }
          }
        }
        fragment TypeName on __Type {
          name kind ofType { name kind ofType { name kind ofType {
            name kind ofType { name kind ofType { name kind } }
          } } }
        }
        """;

    /// <summary>Null where the server keeps its schema to itself, as many do in production.</summary>
    /// <exception cref="TidemarkException">Transient failures, and addresses that may not be asked.</exception>
    public static async Task<GraphSchema?> AskAsync(
        HttpExchange exchange, string target, CancellationToken cancellationToken)
    {
        try
        {
            var call = Reading.QueryCall.Post(target, Query, variables: null, "TidemarkSchema");
            using var page = await exchange.SendAsync(call, new PageShape("data/__schema"), cancellationToken);
            var schema = page.Records.Count == 1 ? page.Record(0).ToArray() : [];
            return ForeignJson.Read(() => Read(schema), null);
        }
        catch (TidemarkException refused) when (refused.Kind != FailureKind.Transient
            && (refused.Code == "source.no_records" || refused.Code.StartsWith("graphql.", StringComparison.Ordinal)))
        {
            return null;
        }
    }

    /// <summary>
    /// A schema from an introspection answer, from its <c>data</c> or from the <c>__schema</c> within.
    /// </summary>
    /// <exception cref="JsonException">No JSON.</exception>
    public static GraphSchema? Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        foreach (var wrapper in (string[])["data", "__schema"])
        {
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(wrapper, out var inner)) root = inner;
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("types", out var types)
            || !root.TryGetProperty("queryType", out var query))
            return null;
        var known = new Dictionary<string, IReadOnlyDictionary<string, GraphType>>(StringComparer.Ordinal);
        foreach (var type in types.EnumerateArray())
        {
            if (type.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Array)
            {
                known[Name(type)] = fields.EnumerateArray()
                    .ToDictionary(Name, FieldOf, StringComparer.Ordinal);
            }
        }

        return new GraphSchema(Name(query), known);
    }

    private static GraphType FieldOf(JsonElement field)
    {
        var type = TypeOf(field.GetProperty("type"));
        return !field.TryGetProperty("args", out var arguments) || arguments.ValueKind != JsonValueKind.Array ? type
            : type with { Arguments = arguments.EnumerateArray().ToDictionary(Name, its => Text(its.GetProperty("type")), StringComparer.Ordinal) };
    }

    /// <summary>A type as a query declares it.</summary>
    private static string Text(JsonElement type)
    {
        if (!type.TryGetProperty("ofType", out var inner) || inner.ValueKind != JsonValueKind.Object) return Name(type);
        return type.GetProperty("kind").ValueEquals("LIST") ? $"[{Text(inner)}]" : $"{Text(inner)}!";
    }

    private static GraphType TypeOf(JsonElement type)
    {
        var isList = false;
        while (type.TryGetProperty("ofType", out var inner) && inner.ValueKind == JsonValueKind.Object)
        {
            isList |= type.GetProperty("kind").ValueEquals("LIST");
            type = inner;
        }

        return new(Name(type), isList);
    }

    private static string Name(JsonElement named) => named.GetProperty("name").GetString() ?? "";
}
