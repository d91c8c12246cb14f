using System.CommandLine;
using Spectre.Console;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark connectors</c>: which systems there are, and the settings of one.</summary>
internal static class ConnectorsVerb
{
    public static Verb Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "Shows the settings of this one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb("connectors", "Lists the systems that Tidemark can talk to, and their settings.",
            "tidemark connectors", "tidemark connectors stripe") { name };
        verb.Runs(session =>
        {
            var wanted = session.Get(name!);
            var known = ConnectorCatalog.All.Values.OrderBy(connector => connector.Name, StringComparer.Ordinal)
                .Where(connector => wanted is null || connector.Name == wanted).ToList();
            if (known.Count == 0) throw Unknown(wanted!);
            if (session.IsJson) known.ForEach(connector => WriteJson(session, connector));
            else if (wanted is null) session.Prose.Write(Overview(known));
            else session.Prose.Write(Settings(known[0]));
            return Task.FromResult(ExitCode.Done);
        });
        return verb;
    }

    private static TidemarkException Unknown(string wanted) =>
        new(FailureKind.Usage, "connector.unknown", $"There is no connector {wanted}.")
        {
            Hint = NearestName.Hint(wanted, ConnectorCatalog.All.Keys),
        };

    private static Table Overview(IEnumerable<IConnector> connectors)
    {
        var table = RunReport.Plain("connector", "is a", "needs");
        foreach (var connector in connectors)
        {
            var needs = SettingsBinder.Describe(connector.Options)
                .Where(setting => setting.IsRequired)
                .Select(setting => setting.Name);
            table.AddRow(connector.Name, string.Join(", ", Roles(connector)), string.Join(", ", needs));
        }

        return table;
    }

    private static Table Settings(IConnector connector)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("setting").NoWrap())
            .AddColumn(new TableColumn("").NoWrap())
            .AddColumn("meaning");
        foreach (var setting in SettingsBinder.Describe(connector.Options)
            .OrderByDescending(setting => setting.IsRequired))
        {
            var marks = new[] { setting.IsRequired ? "required" : null, setting.IsSecret ? "secret" : null };
            table.AddRow(
                new Text(setting.Name), new Text(string.Join(", ", marks.OfType<string>())),
                new Text(setting.Description));
        }

        return table;
    }

    private static void WriteJson(Session session, IConnector connector) => session.WriteJson(json =>
    {
        json.WriteString("connector", connector.Name);
        json.WriteStrings("roles", Roles(connector));
        json.WriteStartArray("settings");
        foreach (var setting in SettingsBinder.Describe(connector.Options))
        {
            json.WriteStartObject();
            json.WriteString("name", setting.Name);
            json.WriteBoolean("required", setting.IsRequired);
            json.WriteBoolean("secret", setting.IsSecret);
            json.WriteString("description", setting.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static IEnumerable<string> Roles(IConnector connector)
    {
        if (connector is ISourceConnector) yield return "source";
        if (connector is IDestinationConnector) yield return "destination";
        if (connector is IStorageConnector) yield return "storage";
    }
}
