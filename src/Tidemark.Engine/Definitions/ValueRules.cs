using System.Globalization;
using System.Text.Json;

namespace Tidemark.Engine.Definitions;

/// <summary>Rules of single values; none, or one mistake.</summary>
internal static class ValueRules
{
    public static IEnumerable<DefinitionMistake> Given(string key, string text)
    {
        if (string.IsNullOrEmpty(text))
            yield return new(key, "definition.key_missing", $"The key {key.Split('/')[^1]} is missing.");
    }

    public static IEnumerable<DefinitionMistake> Number(string key, double number, double max)
    {
        if (number is not >= 0 || number > max) yield return Invalid(key, "number", max);
    }

    public static IEnumerable<DefinitionMistake> Whole(string key, int number, int max)
    {
        if (number < 0 || number > max) yield return Invalid(key, "whole number", max);
    }

    /// <summary>A word that is one of an enum's, or of the few that are allowed.</summary>
    public static IEnumerable<DefinitionMistake> Word<T>(string key, T word, params T[] allowed)
        where T : struct, Enum
    {
        var words = allowed.Length > 0 ? allowed : Enum.GetValues<T>();
        if (!words.Contains(word))
        {
            yield return DefinitionMistake.Invalid(key,
                $"is one of {string.Join(", ", words.Select(each => JsonNamingPolicy.SnakeCaseLower.ConvertName(each.ToString())))}.");
        }
    }

    private static DefinitionMistake Invalid(string key, string kind, double max) =>
        DefinitionMistake.Invalid(key, string.Create(CultureInfo.InvariantCulture, $"is a {kind} from 0 to {max}."));
}
