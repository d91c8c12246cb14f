using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;
using Tidemark.Output;

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

    private static Verb Set()
    {
        var name = DefinitionVerbs<DestinationDefinition>.Name();
        var connection = new ConnectionSettings();
        var verb = new Verb("set", "Creates or changes a destination.",
            "tidemark destination set warehouse --connector postgres url=-",
            "tidemark destination set local --connector sqlite path=payments.db")
        {
            name, connection.Settings, connection.Connector,
        };
        verb.Explains(connection.Explain<IEndConnector>);
        verb.Runs(async session =>
        {
            var home = await session.MakeHomeAsync();
            var destinations = home.Definitions.Destinations;
            var saved = (await destinations.ListAsync(session.Stop))
                .FirstOrDefault(known => known.Name == session.Get(name));
            var (connector, settings) = await connection.ReadAsync<IEndConnector>(
                session, home, $"destination \"{session.Get(name)}\"", saved?.Connector, saved?.Settings);
            var change = await destinations.SaveAsync(new(session.Get(name), connector, settings), session.Stop);
            SavedDefinition.Report(session, "destination", session.Get(name), change);
            return ExitCode.Done;
        });
        return verb;
    }
}
