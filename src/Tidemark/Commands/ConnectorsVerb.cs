using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
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
            var known = session.Connectors.All.Select(connector => connector.Spec)
                .Where(spec => wanted is null || spec.Name == wanted).ToList();
            if (known.Count == 0) throw Unknown(session, wanted!);
            if (session.IsJson) known.ForEach(spec => session.WriteJson(json => Write(json, spec)));
            else if (wanted is null) session.Prose.Write(Overview(known));
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

    private static Table Overview(IEnumerable<ConnectorSpec> connectors)
    {
        var table = RunReport.Plain("connector", "is a", "needs");
        foreach (var spec in connectors)
        {
            var needs = spec.Settings.Where(setting => setting.IsRequired).Select(setting => setting.Name);
            table.AddRow(spec.Name, string.Join(", ", Roles(spec)).Replace('_', '-'), string.Join(", ", needs));
        }

        return table;
    }

    private static void Show(Session session, ConnectorSpec spec)
    {
        session.Say($"{spec.Title}: {string.Join(", ", Roles(spec)).Replace('_', '-')}");
        if (spec.Docs is { } docs) session.Say($"{docs}");
        session.Prose.Write(SettingsTable.Of(spec));
    }

    private static void Write(Utf8JsonWriter json, ConnectorSpec spec)
    {
        json.WriteString("connector", spec.Name);
        json.WriteString("title", spec.Title);
        if (spec.Docs is { } docs) json.WriteString("docs", docs.OriginalString);
        json.WriteStrings("roles", Roles(spec));
        json.WriteStartArray("settings");
        foreach (var setting in spec.Settings) Write(json, setting);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Setting setting)
    {
        json.WriteStartObject();
        json.WriteString("name", setting.Name);
        json.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName($"{setting.Kind}"));
        json.WriteBoolean("required", setting.IsRequired);
        json.WriteBoolean("secret", setting.IsSecret);
        json.WriteBoolean("advanced", setting.IsAdvanced);
        json.WriteString("description", setting.Description);
        WriteLiteral("default", setting.Default);
        if (setting.Min is { } least) json.WriteNumber("min", least);
        if (setting.Max is { } most) json.WriteNumber("max", most);
        if (setting.Choices.Count > 0) json.WriteStrings("choices", setting.Choices);
        if (setting.Pattern is { } pattern) json.WriteString("pattern", pattern);
        WriteLiteral("example", setting.Example);
        json.WriteEndObject();

        void WriteLiteral(string name, string? text)
        {
            if (text is null) return;
            json.WritePropertyName(name);
            SettingSchema.Literal(setting, text).WriteTo(json);
        }
    }

    private static IEnumerable<string> Roles(ConnectorSpec spec) => Enum.GetValues<ConnectorRoles>()
        .Where(role => role != ConnectorRoles.None && spec.Roles.HasFlag(role))
        .Select(role => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{role}"));
}
