using Tidemark.Commands.Definitions;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Alerting;

/// <summary><c>tidemark alert</c>: what is told to whom, and the messages that were sent.</summary>
internal static class AlertVerb
{
    private static readonly DefinitionVerbs<AlertDefinition, AlertAnswer> Shared = new(
        home => home.Definitions.Alerts, (_, alert) => AlertAnswer.Of(alert), Facts, WireJson.Default.AlertAnswer);

    public static Verb Create()
    {
        var verb = new Verb("alert", "Manages the alerts: what is told to whom, and the messages that were sent.",
            "tidemark alert set nightly --events failed,partial,parked,late --channels ops", "tidemark alert send", "tidemark alert deliveries --state dead");
        verb.Aliases.Add("alerts");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(SetAlert.Create(Shared));
        verb.Add(DeliveryVerbs.Send());
        verb.Add(DeliveryVerbs.List());
        verb.Add(DeliveryVerbs.Show());
        verb.Add(DeliveryVerbs.Replay());
        return verb;
    }

    private static IReadOnlyList<DefinitionFact> Facts(AlertAnswer alert) =>
        DefinitionFact.Of(alert, WireJson.Default.AlertAnswer, "name", "events", "pipelines", "labels", "channels");
}
