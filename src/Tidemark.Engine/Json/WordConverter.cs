using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Engine.Json;

/// <summary>An enum as users write it, e.g. <c>succeeded</c>.</summary>
public sealed class WordConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;

/// <summary>An enum's value as a word in a sentence, a table or a column, the same as <see cref="WordConverter{TEnum}"/> writes.</summary>
public static class EnumWord
{
    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The value of a word; null where there is none.</summary>
    public static TEnum? Find<TEnum>(string word)
        where TEnum : struct, Enum
    {
        foreach (var value in Enum.GetValues<TEnum>())
        {
            if (Of(value) == word) return value;
        }

        return null;
    }

    /// <summary>The words of all values.</summary>
    public static IEnumerable<string> All<TEnum>()
        where TEnum : struct, Enum => Enum.GetValues<TEnum>().Select(value => Of(value));
}
