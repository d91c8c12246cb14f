namespace Tidemark.Engine.Definitions;

/// <summary>A place that messages are sent to, as the user saved it.</summary>
/// <param name="Name">Unique among channels.</param>
/// <param name="Connector">Name of the connector, e.g. <c>mail</c>.</param>
/// <param name="Settings">As text, names in snake_case.</param>
public sealed record ChannelDefinition(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
    : IDefinition<ChannelDefinition>
{
    static string IDefinition<ChannelDefinition>.Kind => "channel";

    public IEnumerable<DefinitionMistake> Mistakes() =>
        [.. DefinitionName.Mistakes(Name), .. ValueRules.Given("connector", Connector)];

    ChannelDefinition IDefinition<ChannelDefinition>.WithSettings(IReadOnlyDictionary<string, string> settings) => this with { Settings = settings };
}
