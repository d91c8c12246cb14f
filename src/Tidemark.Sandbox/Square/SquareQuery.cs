using System.Text.Json;

namespace Tidemark.Sandbox.Square;

/// <summary>Reads the parts of a body; what no one knows is refused, so that a slip of the client shows.</summary>
internal static class SquareQuery
{
    /// <exception cref="SquareProblem">400: a property that is not among the known ones.</exception>
    public static void Allow(JsonElement part, params ReadOnlySpan<string> known)
    {
        if (part.ValueKind != JsonValueKind.Object) throw SquareProblem.Invalid("EXPECTED_OBJECT", "body", "An object is expected.");
        foreach (var property in part.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw SquareProblem.Invalid("BAD_REQUEST", property.Name, $"There is no parameter {property.Name}.");
        }
    }

    /// <summary>Null where the list is absent.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement part, string name)
    {
        if (!part.TryGetProperty(name, out var list)) return null;
        if (list.ValueKind != JsonValueKind.Array) throw SquareProblem.Invalid("EXPECTED_ARRAY", name, "A list is expected.");
        return [.. list.EnumerateArray().Select(entry => entry.ToString())];
    }

    /// <summary>Milliseconds since 1970; null where the time is absent.</summary>
    public static long? Time(JsonElement part, string name)
    {
        if (!part.TryGetProperty(name, out var time)) return null;
        return SquareTime.TryParse(time.ToString(), out var milliseconds)
            ? milliseconds
            : throw SquareProblem.Invalid("INVALID_TIME", name, "A time in RFC 3339 is expected.");
    }

    /// <summary>Null where the number is absent.</summary>
    public static int? Number(JsonElement part, string name)
    {
        if (!part.TryGetProperty(name, out var number)) return null;
        return number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value)
            ? value
            : throw SquareProblem.Invalid("EXPECTED_INTEGER", name, "A whole number is expected.");
    }

    public static bool Flag(JsonElement part, string name) =>
        part.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
}
