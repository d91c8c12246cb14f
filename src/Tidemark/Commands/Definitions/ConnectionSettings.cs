using System.CommandLine;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
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

    /// <summary>The connector and the whole settings that result, checked.</summary>
    /// <typeparam name="T">The role that the connector must have.</typeparam>
    /// <exception cref="TidemarkException">Usage for what is mistyped; configuration, with every problem, for
    /// settings that do not fit.</exception>
    public async Task<(string Connector, IReadOnlyDictionary<string, string> Settings)> ReadAsync<T>(
        Session session, Home home, string subject, string? savedConnector, IReadOnlyDictionary<string, string>? saved)
        where T : class, IConnector
    {
        var connector = Find<T>(home, session.Get(Connector) ?? savedConnector);
        // Another system's settings mean nothing here, and its secrets are none of its business.
        var settings = savedConnector == connector.Spec.Name
            ? saved!.ToDictionary(StringComparer.Ordinal) : new Dictionary<string, string>(StringComparer.Ordinal);
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
            if (value.Length == 0) settings.Remove(key);
            else settings[key] = await SettingValue.ReadAsync(
                session, key, value, home.Definitions.IsSecret(connector.Spec.Name, key));
        }

        var problems = new List<Problem>();
        SettingsBinder.Bind(connector.Spec, settings, subject, problems);
        return problems.Count == 0 ? (connector.Spec.Name, settings) : throw TidemarkException.ForAll(problems);
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
            session.Prose.Write(SettingsTable.Of(named.Spec));
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

    private static T Find<T>(Home home, string? name)
        where T : class, IConnector
    {
        var fitting = home.Connectors.Names<T>();
        if (name is null)
        {
            throw new TidemarkException(FailureKind.Usage, "usage.connector_missing", "A new definition needs --connector.")
            {
                Hint = $"Known: {string.Join(", ", fitting)}.",
            };
        }

        return home.Connectors.Find<T>(name) ?? throw new TidemarkException(
            FailureKind.Usage, "connector.unknown", $"There is no connector {name} for this.")
        {
            Hint = NearestName.Hint(name, fitting),
        };
    }
}
