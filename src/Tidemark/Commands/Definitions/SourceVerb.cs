using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark source</c>: the systems that records are read from.</summary>
internal static class SourceVerb
{
    private static readonly DefinitionVerbs<SourceDefinition> Shared = new(
        home => home.Definitions.Sources, Facts, (session, home, source) =>
            session.WriteJson(SourceAnswer.Of(home.Definitions, source), WireJson.Default.SourceAnswer));

    public static Verb Create()
    {
        var verb = new Verb("source", "Manages the sources: systems that records are read from.",
            "tidemark source list", "tidemark source set \"Italy Stripe\" --connector stripe api_key=-");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(Set());
        return verb;
    }

    private static IReadOnlyList<DefinitionFact> Facts(Home home, SourceDefinition source) =>
    [
        new("name", source.Name),
        new("connector", source.Connector),
        new("active", source.IsActive ? "true" : "false"),
        DefinitionFact.OfSettings(home.Definitions, source.Connector, source.Settings),
    ];

    private static Verb Set()
    {
        var active = WordOption.Of<Truth>("--active", "false keeps the definition, but no run reads the source. [default: true]");
        return SetConnection.Create<SourceDefinition, ISourceConnector>(
            home => home.Definitions.Sources,
            (session, saved, name, connector, settings) => new(name, connector, settings) { IsActive = session.Has(active) ? session.Get(active) == Truth.True : saved?.IsActive ?? true },
            [
                "tidemark source set \"Italy Stripe\" --connector stripe api_key=-",
                "tidemark source set \"Italy Stripe\" requests_per_second=10",
                "tidemark source set \"Italy Stripe\" --active false",
            ],
            active);
    }
}
