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
}
