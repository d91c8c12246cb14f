using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark destination</c>: the databases that rows are written to.</summary>
internal static class DestinationVerb
{
    private static readonly DefinitionVerbs<DestinationDefinition> Shared = new(
        home => home.Definitions.Destinations, Facts, (session, home, destination) =>
            session.WriteJson(DestinationAnswer.Of(home.Definitions, destination), WireJson.Default.DestinationAnswer));

    public static Verb Create()
    {
        var verb = new Verb("destination", "Manages the destinations: databases that rows are written to.",
            "tidemark destination list",
            "tidemark destination set warehouse --connector postgres url='${WAREHOUSE_URL}'");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(Set());
        return verb;
    }

    private static IReadOnlyList<DefinitionFact> Facts(Home home, DestinationDefinition destination) =>
    [
        new("name", destination.Name),
        new("connector", destination.Connector),
        DefinitionFact.OfSettings(home.Definitions, destination.Connector, destination.Settings),
    ];

    private static Verb Set() => SetConnection.Create<DestinationDefinition, IEndConnector>(
        home => home.Definitions.Destinations, (_, _, name, connector, settings) => new(name, connector, settings),
        [
            "tidemark destination set warehouse --connector postgres url=-",
            "tidemark destination set local --connector sqlite path=payments.db",
        ]);
}
