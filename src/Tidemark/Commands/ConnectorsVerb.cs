using System.CommandLine;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark connectors</c>: which systems there are, and the settings of one.</summary>
internal static class ConnectorsVerb
{
    public static Verb Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "Connector to show the settings of.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb("connectors", "Lists the connectors, or shows the settings of one.",
            "tidemark connectors", "tidemark connectors stripe") { name };
        verb.Runs(async session =>
        {
            var wanted = session.Get(name!);
            IReadOnlyList<ConnectorAnswer> known = session.Server switch
            {
                null => [.. session.Connectors.All.Select(connector => connector.Spec).Where(spec => wanted is null || spec.Name == wanted).Select(ConnectorAnswer.Of)],
                var server when wanted is null => await server.ListAsync("connectors", int.MaxValue, WireJson.Default.ConnectorAnswer, session.Stop),
                var server => [await server.GetAsync($"connectors/{ServerClient.Part(wanted)}", WireJson.Default.ConnectorAnswer, session.Stop)],
            };
            if (known.Count == 0) throw Unknown(session, wanted!);
            if (session.IsJson) known.ToList().ForEach(connector => session.WriteJson(connector, WireJson.Default.ConnectorAnswer));
            else if (wanted is null) Overview(known).Write(session.Prose);
            else Show(session, known[0]);
            return ExitCode.Done;
        });
        return verb;
    }

    private static TidemarkException Unknown(Session session, string wanted) =>
        new(FailureKind.Usage, "connector.unknown", $"There is no connector {wanted}.")
        {
            Hint = NearestName.Hint(wanted, session.Connectors.Names<IConnector>()),
        };

    // The name and what it is stay; what it needs goes on beneath.
    private static FittingTable Overview(IReadOnlyList<ConnectorAnswer> connectors)
    {
        var table = new FittingTable();
        table.Add("connector", connectors.Select(connector => connector.Connector));
        table.Add("is a", connectors.Select(Roles), wraps: true);
        table.Add("needs", connectors.Select(connector => string.Join(", ", connector.Settings.Where(setting => setting.Required).Select(setting => setting.Name))), wraps: true);
        return table;
    }

    private static void Show(Session session, ConnectorAnswer connector)
    {
        session.Say($"{connector.Title}: {Roles(connector)}");
        if (connector.Docs is { } docs) session.Say(docs);
        session.Prose.Write(SettingsTable.Of(connector));
    }

    private static string Roles(ConnectorAnswer connector) => string.Join(", ", connector.Roles).Replace('_', '-');
}
