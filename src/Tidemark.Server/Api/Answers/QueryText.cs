using System.Text.Json;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Api.Answers;

/// <summary>Words in a query string, as answers write them.</summary>
internal static class QueryText
{
    /// <summary>The value of an enum, e.g. <c>dry_run</c>.</summary>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage), with the words there are.</exception>
    public static T Word<T>(string name, string word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Text(value) == word) return value;
        }

        throw new TidemarkException(FailureKind.Usage, "request.malformed", $"{name} cannot be {word}.")
        {
            Hint = $"It is one of {string.Join(", ", Enum.GetValues<T>().Select(Text))}.",
        };
    }

    private static string Text<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
