using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>Connector and settings of a source or destination, as typed after <c>set</c>.</summary>
internal sealed class ConnectionSettings
{
    public const string Explanation =
        "Settings as key=value. key=- asks for the value or reads a line of standard input; key=@FILE reads a file; "
        + "key=${NAME} reads an environment variable; key= removes the setting. Other settings stay as they are.";

    public Option<string?> Connector { get; } = new("--connector")
    {
        Description = "Connector from `tidemark connectors`; required for a new definition.",
        HelpName = "NAME",
    };

    public Argument<string[]> Settings { get; } = new("settings")
    {
        Description = Explanation,
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The connector and the settings that change, as a change of a definition.</summary>
    /// <typeparam name="T">The role that the connector must have.</typeparam>
    /// <param name="session">The command.</param>
    /// <param name="saved">The connector until now; null for none.</param>
    /// <exception cref="TidemarkException">What is mistyped (usage).</exception>
    public async Task<JsonObject> ReadAsync<T>(Session session, string? saved)
        where T : class, IConnector
    {
        var connector = DefinitionCatalog.ConnectorOf<T>(session.Connectors, session.Get(Connector) ?? saved ?? throw Missing<T>(session));
        var settings = new JsonObject();
        foreach (var typed in session.Get(Settings))
        {
            var at = typed.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                // The text may be a secret that lost its key: it is not repeated.
                throw new TidemarkException(FailureKind.Usage, "setting.malformed", "A setting is written key=value.")
                {
                    Hint = $"Keys: {Keys(connector)}.",
                };
            }

            var (key, value) = (typed[..at], typed[(at + 1)..]);
            settings[key] = value.Length == 0 ? null : await SettingValue.ReadAsync(session, key, value, connector.Spec.Find(key) is { IsSecret: true });
        }

        return new() { ["connector"] = connector.Spec.Name, ["settings"] = settings };
    }

    /// <summary>The settings of the connector that is named, else what each connector needs, as a part of the help.</summary>
    /// <typeparam name="T">The role that the connector must have.</typeparam>
    public void Explain<T>(Session session)
        where T : class, IConnector
    {
        if (session.Get(Connector) is { } name && session.Connectors.Find<T>(name) is { } named)
        {
            session.Say($"Settings of {named.Spec.Title}:");
            session.Prose.Profile.Width = Math.Min(session.Prose.Profile.Width, HelpWithExamples.MaxWidth);
            session.Prose.Write(SettingsTable.Of(ConnectorAnswer.Of(named.Spec)));
            return;
        }

        session.Say("Settings required by each connector; --connector NAME --help shows all settings of one:");
        foreach (var spec in session.Connectors.All.OfType<T>().Select(connector => connector.Spec))
        {
            var needs = spec.Settings.Where(setting => setting.IsRequired).Select(setting => $"{setting.Name}=");
            session.Say($"  {spec.Name,-10} {string.Join(' ', needs)}");
        }

        session.Say("");
    }

    private static string Keys(IConnector connector) =>
        string.Join(", ", connector.Spec.Settings.Select(setting => setting.Name));

    private static TidemarkException Missing<T>(Session session)
        where T : class, IConnector =>
        new(FailureKind.Usage, "usage.connector_missing", "A new definition needs --connector.")
        {
            Hint = $"Known: {string.Join(", ", session.Connectors.Names<T>())}.",
        };
}
