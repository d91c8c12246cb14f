using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark source</c>: the systems that records are read from.</summary>
internal static class SourceVerb
{
    private static readonly DefinitionVerbs<SourceDefinition, SourceAnswer> Shared = new(
        home => home.Definitions.Sources, (home, source) => SourceAnswer.Of(home.Definitions, source), Facts, WireJson.Default.SourceAnswer);

    public static Verb Create()
    {
        var verb = new Verb("source", "Manages the sources: systems that records are read from.",
            "tidemark source list", "tidemark source set \"Italy Stripe\" --connector stripe api_key=-");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(Set());
        return verb;
    }

    /// <summary>The names of all sources.</summary>
    public static Task<IReadOnlyList<string>> NamesAsync(Session session) => Shared.NamesAsync(session, source => source.Name);

    /// <summary>The name of the source, which there is.</summary>
    public static async Task<string> RequireAsync(Session session, string name) => (await Shared.FindAsync(session, name)).Name;

    private static IReadOnlyList<DefinitionFact> Facts(SourceAnswer source) =>
    [
        new("name", source.Name),
        new("connector", source.Connector),
        new("active", source.Active ? "true" : "false"),
        DefinitionFact.OfSettings(source.Settings),
    ];

    private static Verb Set()
    {
        var active = WordOption.Of<Truth>("--active", "false keeps the definition, but no run reads the source. [default: true]");
        return SetConnection.Create<SourceDefinition, SourceAnswer, IOriginConnector>(
            Shared, source => source.Connector,
            [
                "tidemark source set \"Italy Stripe\" --connector stripe api_key=-",
                "tidemark source set \"Italy Stripe\" requests_per_second=10",
                "tidemark source set \"Italy Stripe\" --active false",
            ],
            (session, changes) =>
            {
                if (session.Has(active)) changes["active"] = session.Get(active) == Truth.True;
            },
            active);
    }
}
