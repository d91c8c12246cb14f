using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Server.Api.Answers;

/// <summary>Words in a query string, as answers write them.</summary>
internal static class QueryText
{
    /// <summary>The value of an enum, e.g. <c>dry_run</c>.</summary>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage), with the words there are.</exception>
    public static T Word<T>(string name, string word)
        where T : struct, Enum =>
        EnumWord.Find<T>(word) ?? throw new TidemarkException(FailureKind.Usage, "request.malformed", $"{name} cannot be {word}.")
        {
            Hint = $"It is one of {string.Join(", ", EnumWord.All<T>())}.",
        };

    /// <summary>Whether CSV is asked for, in the place of JSON.</summary>
    /// <param name="format"><c>json</c> or <c>csv</c>; null for JSON.</param>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    public static bool IsCsv(string? format) => format switch
    {
        null or "json" => false,
        "csv" => true,
        _ => throw new TidemarkException(FailureKind.Usage, "request.malformed", "format is json or csv."),
    };
}
