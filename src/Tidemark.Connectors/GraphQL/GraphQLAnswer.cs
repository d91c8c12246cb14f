using System.Text.Json;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>What a GraphQL answer says besides its data. Pure.</summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Response-Format.</remarks>
internal static class GraphQLAnswer
{
    /// <summary>The errors of an answer; empty where it has none, or is no GraphQL answer.</summary>
    public static IReadOnlyList<GraphQLError> Errors(ReadOnlySpan<byte> body)
    {
        // Looking for the name is a fraction of the work of reading the answer, and most answers have no errors.
        if (body.IndexOf("\"errors\""u8) < 0) return [];
        return JsonPlace.Find(body, "errors") is { Token: JsonTokenType.StartArray } place
            ? GraphQLError.Read(place.Text(body)!) : [];
    }

    public static bool HasData(ReadOnlySpan<byte> body) =>
        JsonPlace.Find(body, "data") is { Token: not JsonTokenType.Null };

    public static double? Number(ReadOnlySpan<byte> body, string path) =>
        JsonPlace.Find(body, path) is { Token: JsonTokenType.Number } place
            && double.TryParse(place.Text(body), System.Globalization.CultureInfo.InvariantCulture, out var number)
                ? number : null;
}

/// <summary>One error of an answer.</summary>
/// <param name="Message">The server's text.</param>
/// <param name="Code">Code from the error's extensions, e.g. <c>THROTTLED</c>; empty without one.</param>
/// <param name="Path">Names and places from the root of the data to the field that failed; empty without one.</param>
internal sealed record GraphQLError(string Message, string Code, IReadOnlyList<string> Path)
{
    /// <summary>Each word by which the error may say its kind: its code, and what some servers have in place of one.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Whether it concerns an element of a list, and not the list or the whole query.</summary>
    public bool IsOfElement => Path.Any(part => int.TryParse(part, out _));

    /// <summary>Errors of the array that an answer has; empty where it is no array of errors.</summary>
    public static IReadOnlyList<GraphQLError> Read(string array)
    {
        try
        {
            using var document = JsonDocument.Parse(array);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(Read)] : [];
        }
        catch (JsonException)
        {
            return []; // a cut answer, which is noticed where its records are read
        }
        catch (InvalidOperationException)
        {
            return [new("The server's errors are no valid text.", "", [])];
        }
    }

    private static GraphQLError Read(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object) return new(error.ToString(), "", []);
        var code = error.TryGetProperty("extensions", out var extensions)
            && extensions.ValueKind == JsonValueKind.Object
            && extensions.TryGetProperty("code", out var its) ? its.ToString() : "";
        return new(
            error.TryGetProperty("message", out var message) ? message.ToString() : "no message",
            code,
            error.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.Array
                ? [.. path.EnumerateArray().Select(part => part.ToString())] : [])
        {
            Kinds = [code, .. Words(error), .. Words(extensions)],
        };

        static IEnumerable<string> Words(JsonElement element) => element.ValueKind != JsonValueKind.Object ? []
            : ((string[])["type", "error_code", "code", "classification"])
                .Where(name => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                .Select(name => element.GetProperty(name).ToString());
    }
}
