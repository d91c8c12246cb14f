using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark destination</c>: the databases that rows are written to.</summary>
internal static class DestinationVerb
{
    private static readonly DefinitionVerbs<DestinationDefinition, DestinationAnswer> Shared = new(
        home => home.Definitions.Destinations, (home, destination) => DestinationAnswer.Of(home.Definitions, destination), Facts, WireJson.Default.DestinationAnswer);

    public static Verb Create()
    {
        var verb = new Verb("destination", "Manages the destinations: databases that rows are written to.",
            "tidemark destination list",
            "tidemark destination set warehouse --connector postgres url='${WAREHOUSE_URL}'");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(Set());
        return verb;
    }

    /// <summary>The names of all destinations.</summary>
    public static Task<IReadOnlyList<string>> NamesAsync(Session session) => Shared.NamesAsync(session, destination => destination.Name);

    /// <summary>The name of the destination, which there is.</summary>
    public static async Task<string> RequireAsync(Session session, string name) => (await Shared.FindAsync(session, name)).Name;

    private static IReadOnlyList<DefinitionFact> Facts(DestinationAnswer destination) =>
    [
        new("name", destination.Name),
        new("connector", destination.Connector),
        DefinitionFact.OfSettings(destination.Settings),
    ];

    private static Verb Set() => SetConnection.Create<DestinationDefinition, DestinationAnswer, IEndConnector>(
        Shared, destination => destination.Connector,
        [
            "tidemark destination set warehouse --connector postgres url=-",
            "tidemark destination set local --connector sqlite path=payments.db",
        ]);
}
