using Tidemark.Engine.Connectors;

namespace Tidemark.Engine.Definitions;

/// <summary>
/// A destination that a file gives by its address alone, so that a variable decides which database it is: whose address
/// it is, is its connector.
/// </summary>
internal static class DatabaseAddress
{
    /// <summary>The setting that holds it.</summary>
    public const string Setting = "url";

    /// <summary>The draft with the connector of its address; as it is where it names one. What is wrong is reported.</summary>
    public static DefinitionDraft<DestinationDefinition> Resolve(
        DefinitionDraft<DestinationDefinition> draft, IEnumerable<IConnector> connectors)
    {
        var (node, definition, settings) = draft;
        if (definition.Connector.Length > 0 || !settings.Values.TryGetValue(Setting, out var address) || settings.Unset.Contains(Setting))
            return draft;
        foreach (var connector in connectors.OfType<IDestinationConnector>())
        {
            if (connector.SettingsOf(address) is not { } own) continue;
            settings.Values.Remove(Setting);
            foreach (var (name, value) in own) settings.Values[name] = value;
            return draft with { Definition = definition with { Connector = connector.Spec.Name } };
        }

        node.Report("destination.address_unknown", "The setting url is the address of no database that Tidemark knows.",
            "Write postgres://user:password@host:5432/database or sqlite:FILE; or name the connector.");
        return draft;
    }
}
