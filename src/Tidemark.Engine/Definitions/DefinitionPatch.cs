using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>Changes of a definition, key by key, as RFC 7396 merges them: what is not named stays, null is the usual value.</summary>
internal static class DefinitionPatch
{
    private const string Connector = "connector";
    private const string Settings = "settings";

    // Written otherwise in the catalog than in a file.
    private const string Active = "active";
    private const string StoredActive = "is_active";

    /// <summary>The definition with its changes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="saved">As it is; null where there is none.</param>
    /// <param name="changes">By key, what it becomes. Settings are changed one by one, and are texts, numbers or truths; <see cref="DefinitionFile.SecretMarker"/> keeps one. Those of
    /// another connector go.</param>
    /// <exception cref="TidemarkException"><c>definition.unknown_key</c>, <c>definition.invalid_value</c> (usage). No text of a value is repeated.</exception>
    public static T Apply<T>(string name, T? saved, JsonObject changes)
        where T : IDefinition<T>
    {
        try
        {
            var known = DefinitionJson.PlainKeys<T>().Select(key => key == StoredActive ? Active : key).ToList();
            foreach (var (key, _) in changes.Where(change => !known.Contains(change.Key)))
            {
                throw new TidemarkException(FailureKind.Usage, "definition.unknown_key", $"The key {key} cannot be changed by itself.")
                {
                    Hint = NearestName.Hint(key, known),
                };
            }

            var body = saved is null ? DefinitionJson.Empty<T>() : JsonNode.Parse(DefinitionJson.Write(saved))!.AsObject();
            // Another system's settings mean nothing to it, and its secrets are none of its business.
            if (changes[Connector] is { } connector && !JsonNode.DeepEquals(connector, body[Connector])) body[Settings] = new JsonObject();
            foreach (var (key, value) in changes.Where(change => change.Key != Settings)) Put(body, key == Active ? StoredActive : key, value);
            foreach (var (key, value) in changes[Settings]?.AsObject() ?? [])
            {
                if (Text(value) is var text && text != DefinitionFile.SecretMarker) Put(body[Settings]!.AsObject(), key, text);
            }

            body["name"] = name;
            foreach (var (key, usual) in DefinitionJson.Empty<T>()) body.TryAdd(key, usual?.DeepClone());
            return DefinitionJson.Read<T>(body.ToJsonString());
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or ArgumentException)
        {
            var place = wrong is JsonException { Path: { Length: > 2 } path } ? $"The key {path[2..]}" : "One of the keys";
            throw new TidemarkException(FailureKind.Usage, "definition.invalid_value", $"{place} has a value that it cannot have.", wrong);
        }
    }

    private static void Put(JsonObject into, string key, JsonNode? value)
    {
        if (value is null)
        {
            into.Remove(key);
        }
        else if (value is JsonObject changes)
        {
            if (into[key] is not JsonObject inner) into[key] = inner = [];
            foreach (var (part, change) in changes) Put(inner, part, change);
        }
        else
        {
            into[key] = Whole(value);
        }
    }

    /// <summary>A value that takes the place of another: nothing in it is left out.</summary>
    private static JsonNode Whole(JsonNode? value) => value switch
    {
        null => throw new InvalidOperationException("Null stands where something belongs."),
        JsonArray list => new JsonArray([.. list.Select(Whole)]),
        JsonObject map => new JsonObject(map.Select(part => KeyValuePair.Create(part.Key, (JsonNode?)Whole(part.Value)))),
        _ => value.DeepClone(),
    };

    private static string? Text(JsonNode? value) => value?.GetValueKind() switch
    {
        null => null,
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
        _ => throw new InvalidOperationException("A setting is a single value."),
    };
}
