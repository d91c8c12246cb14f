using System.Collections;
using System.Globalization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary>One thing that is shown of a definition.</summary>
/// <param name="Name">snake_case, e.g. <c>max_deleted_rows</c>.</param>
/// <param name="Value">A text, number, truth or list of texts.</param>
internal sealed record DefinitionFact(string Name, object? Value)
{
    /// <summary>Whether the list has a column for it.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>Where it stands for settings.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Settings { get; private init; }

    public string Text => Value switch
    {
        bool truth => truth ? "true" : "false",
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object>()),
        _ => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>Settings in order, each secret as <c>***</c>.</summary>
    public static DefinitionFact OfSettings(
        DefinitionCatalog catalog, string connector, IReadOnlyDictionary<string, string> settings) =>
        new("settings", null)
        {
            IsListed = false,
            Settings = ShownSettings.Of(catalog, connector, settings),
        };
}
