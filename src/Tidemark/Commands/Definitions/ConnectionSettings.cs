using System.CommandLine;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;

namespace Tidemark.Commands.Definitions;

/// <summary>Connector and settings of a source or destination, as typed after <c>set</c>.</summary>
internal sealed class ConnectionSettings
{
    public const string Explanation =
        "key=value. key=- asks for it or reads a line of standard input, key=@FILE reads a file, key=${NAME} an "
        + "environment variable, key= takes the setting away. What is not named stays.";

    public Option<string?> Connector { get; } = new("--connector")
    {
        Description = "Which system; see `tidemark connectors`. Needed for a new one.",
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
        var settings = savedConnector == connector.Name
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
                session, key, value, home.Definitions.IsSecret(connector.Name, key));
        }

        var problems = new List<Problem>();
        SettingsBinder.Bind(connector.Options, settings, subject, problems);
        return problems.Count == 0 ? (connector.Name, settings) : throw TidemarkException.ForAll(problems);
    }

    private static string Keys(IConnector connector) =>
        string.Join(", ", SettingsBinder.Describe(connector.Options).Select(setting => setting.Name));

    private static T Find<T>(Home home, string? name)
        where T : class, IConnector
    {
        var fitting = home.Connectors.Values.OfType<T>().Select(connector => connector.Name).ToList();
        if (name is null)
        {
            throw new TidemarkException(FailureKind.Usage, "usage.connector_missing", "A new one needs --connector.")
            {
                Hint = $"Known: {string.Join(", ", fitting.Order(StringComparer.Ordinal))}.",
            };
        }

        return fitting.Contains(name, StringComparer.Ordinal)
            ? (T)home.Connectors[name]
            : throw new TidemarkException(FailureKind.Usage, "connector.unknown",
                $"There is no connector {name} for this.")
            {
                Hint = NearestName.Hint(name, fitting),
            };
    }
}
