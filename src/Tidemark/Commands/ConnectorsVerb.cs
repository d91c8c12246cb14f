using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
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
        verb.Runs(session =>
        {
            var wanted = session.Get(name!);
            var known = session.Connectors.All.Select(connector => connector.Spec)
                .Where(spec => wanted is null || spec.Name == wanted).ToList();
            if (known.Count == 0) throw Unknown(session, wanted!);
            if (session.IsJson) known.ForEach(spec => session.WriteJson(ConnectorAnswer.Of(spec), WireJson.Default.ConnectorAnswer));
            else if (wanted is null) Overview(known).Write(session.Prose);
            else Show(session, known[0]);
            return Task.FromResult(ExitCode.Done);
        });
        return verb;
    }

    private static TidemarkException Unknown(Session session, string wanted) =>
        new(FailureKind.Usage, "connector.unknown", $"There is no connector {wanted}.")
        {
            Hint = NearestName.Hint(wanted, session.Connectors.Names<IConnector>()),
        };

    // The name and what it is stay; what it needs goes on beneath.
    private static FittingTable Overview(List<ConnectorSpec> connectors)
    {
        var table = new FittingTable();
        table.Add("connector", connectors.Select(spec => spec.Name));
        table.Add("is a", connectors.Select(Roles), wraps: true);
        table.Add("needs", connectors.Select(spec => string.Join(", ", spec.Settings.Where(setting => setting.IsRequired).Select(setting => setting.Name))), wraps: true);
        return table;
    }

    private static void Show(Session session, ConnectorSpec spec)
    {
        session.Say($"{spec.Title}: {Roles(spec)}");
        if (spec.Docs is { } docs) session.Say($"{docs}");
        session.Prose.Write(SettingsTable.Of(spec));
    }

    private static string Roles(ConnectorSpec spec) => string.Join(", ", ConnectorAnswer.RolesOf(spec)).Replace('_', '-');
}
