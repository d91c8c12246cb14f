using System.Text.Json.Nodes;

namespace Tidemark.Sandbox.GraphQL.Language;

/// <summary>A field as a query asks for it.</summary>
/// <param name="Name">As the schema calls it.</param>
/// <param name="Response">As the answer is to call it.</param>
/// <param name="Arguments">Values by name, variables put in; a variable that was not given is left out.</param>
/// <param name="Fields">Selected fields.</param>
/// <param name="OnType">The type of the fragment that it stands in; null outside of fragments.</param>
internal sealed record QueryField(
    string Name, string Response, IReadOnlyDictionary<string, JsonNode?> Arguments, IReadOnlyList<QueryField> Fields,
    string? OnType)
{
    public string? Text(string argument) => Arguments.GetValueOrDefault(argument)?.ToString();

    /// <exception cref="GraphQLProblem">No whole number.</exception>
    public int? Whole(string argument)
    {
        if (Arguments.GetValueOrDefault(argument) is not { } value) return null;
        return value is JsonValue number && number.TryGetValue<int>(out var whole)
            ? whole : throw GraphQLProblem.BadInput($"Int cannot represent non-integer value: {value.ToJsonString()}");
    }
}
