using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Commands.Definitions;

/// <summary>One thing that is shown of a definition.</summary>
/// <param name="Name">snake_case, e.g. <c>max_deleted_rows</c>.</param>
/// <param name="Text">Its value; empty where there is none.</param>
internal sealed record DefinitionFact(string Name, string Text)
{
    /// <summary>Whether the list has a column for it.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>Where it stands for settings.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; private init; }

    /// <summary>What an answer to programs says, key by key.</summary>
    /// <param name="answer">The answer; its values are texts, numbers, truths and lists of these.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="listed">Keys that the list has a column for.</param>
    public static IReadOnlyList<DefinitionFact> Of<T>(T answer, JsonTypeInfo<T> type, params IReadOnlyList<string> listed) =>
    [
        .. JsonSerializer.SerializeToElement(answer, type).EnumerateObject()
            .Select(key => new DefinitionFact(key.Name, Shown(key.Value)) { IsListed = listed.Contains(key.Name) }),
    ];

    /// <summary>Settings as every door shows them.</summary>
    public static DefinitionFact OfSettings(IReadOnlyDictionary<string, string> settings) => new("settings", "") { IsListed = false, Settings = settings };

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Shown)),
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
