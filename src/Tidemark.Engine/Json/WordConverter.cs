using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Engine.Json;

/// <summary>An enum as users write it, e.g. <c>succeeded</c>.</summary>
public sealed class WordConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
