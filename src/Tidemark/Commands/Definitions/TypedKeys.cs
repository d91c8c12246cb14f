using System.CommandLine;
using System.Text.Json.Nodes;

namespace Tidemark.Commands.Definitions;

/// <summary>Keys of a definition that were typed as options: what changes of it.</summary>
internal sealed class TypedKeys(Session session)
{
    /// <summary>By key of the written form, what it becomes; null for its usual value.</summary>
    public JsonObject Keys { get; } = [];

    /// <summary>The key that an option is named for, e.g. <c>schema_changes</c>.</summary>
    public static string KeyOf(Option option) => option.Name.TrimStart('-').Replace('-', '_');

    /// <summary>Names, separated by commas; null for the word that stands for none.</summary>
    public static JsonNode? Names(string typed, string none) => typed == none ? null : new JsonArray([.. CommaList.Of(typed).Select(name => (JsonNode)name)]);

    /// <summary>Puts the value of an option under its key, where it was typed.</summary>
    public void Put<T>(Option<T> option, Func<T, JsonNode?> value)
    {
        if (session.Has(option)) Keys[KeyOf(option)] = value(session.Get(option)!);
    }
}
