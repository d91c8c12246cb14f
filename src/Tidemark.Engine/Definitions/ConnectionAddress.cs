using System.Globalization;
using System.Text;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>A source or a destination that is given by its address alone, e.g. <c>stripe://env:STRIPE_KEY@</c> or <c>sqlite:shop.db</c>.</summary>
/// <param name="Name">The address without secrets: the same address gives the same name.</param>
/// <param name="Connector">Name of the connector, which the scheme names.</param>
/// <param name="Settings">The settings, references put in.</param>
public sealed record ConnectionAddress(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
{
    private const int MaxLetters = 80;

    /// <summary>Settings whose value is a whole environment variable's: setting to variable.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private init; } = new Dictionary<string, string>();

    /// <summary>Whether a secret was typed as it is, and not as a reference.</summary>
    public bool HasTypedSecret { get; private init; }

    /// <summary>Reads an address.</summary>
    /// <typeparam name="T">The role that the connector must have.</typeparam>
    /// <param name="text">As typed, or <c>env:NAME</c> or <c>file:PATH</c> for a whole address elsewhere.</param>
    /// <param name="connectors">The connectors there are.</param>
    /// <param name="environment">Value of an environment variable, null where it is not set.</param>
    /// <param name="cancellationToken">Cancels the reading of files.</param>
    /// <exception cref="TidemarkException">Usage: <c>address.malformed</c>, <c>address.user</c>, <c>address.host</c>, <c>connector.unknown</c>,
    /// <c>setting.environment_unset</c>… Configuration, with every problem, for settings that do not fit. No message repeats the address.</exception>
    public static async Task<ConnectionAddress> ReadAsync<T>(
        string text, ConnectorCatalog connectors, Func<string, string?> environment, CancellationToken cancellationToken)
        where T : class, IConnector
    {
        var references = new SettingReference(environment);
        var whole = SettingReference.Is(text) ? text : null;
        var address = AddressText.Parse(await references.ResolveAsync(text, cancellationToken)) ?? throw Malformed();
        var parts = address.Scheme.Split('+', 2);
        var database = connectors.All.OfType<IDestinationConnector>().FirstOrDefault(each => each.SettingsOf(address.Scheme + "://") is not null);
        var connector = database as T ?? connectors.Find<T>(parts[0]) ?? throw new TidemarkException(
            FailureKind.Usage, "connector.unknown", $"There is no connector {AddressText.Name(parts[0])} for this.")
        {
            Hint = NearestName.Hint(parts[0], connectors.Names<T>()),
        };
        var reading = new Reading(connector.Spec, address, references, cancellationToken);
        var (settings, user) = database is not null && ReferenceEquals(database, connector)
            ? await reading.DatabaseAsync(database) : await reading.OthersAsync(parts is [_, var scheme] ? scheme : "https");
        var rooted = SettingsBinder.Rooted(connector.Spec, settings, Environment.CurrentDirectory);
        var problems = new List<Problem>();
        SettingsBinder.Bind(connector.Spec, rooted, $"address of {connector.Spec.Name}", problems);
        if (problems.Count > 0) throw TidemarkException.ForAll([.. problems.Select(problem => Placed(problem, connector.Spec))]);
        return new(Named(address, connector.Spec, rooted, user), connector.Spec.Name, rooted)
        {
            Variables = whole is not null && SettingReference.Variable(whole) is { } variable && settings.ContainsKey(DatabaseAddress.Setting)
                ? new Dictionary<string, string> { [DatabaseAddress.Setting] = variable } : reading.Variables,
            HasTypedSecret = whole is null && reading.HasTypedSecret,
        };
    }

    /// <summary>Whether a text may be an address, or says where one is.</summary>
    public static bool Is(string text) => AddressText.Parse(text) is not null;

    /// <summary>
    /// Whether a text is an address although a definition has its name: one that an address was saved as. Any other name stands for its definition,
    /// whatever it looks like.
    /// </summary>
    public static bool IsSaved(string text, ConnectorCatalog connectors) => text.Contains("://", StringComparison.Ordinal) || SettingReference.Is(text)
        || connectors.All.OfType<IDestinationConnector>().Any(connector => connector.SettingsOf(text) is not null);

    private static string Named(AddressText address, ConnectorSpec spec, IReadOnlyDictionary<string, string> settings, string? user)
    {
        // Two commands from two folders that say the same file are of one name.
        if (spec.Settings.FirstOrDefault(setting => setting.Kind == SettingKind.File) is { } file && settings.TryGetValue(file.Name, out var path))
            return $"{spec.Name}:{path}";
        // What only tunes the reading makes no other source.
        var name = address.With(user, name => spec.Find(name) is { IsSecret: false, IsAdvanced: false });
        return name.Length <= MaxLetters ? name
            : string.Create(CultureInfo.InvariantCulture, $"{name[..MaxLetters]}-{ContentHash.Of(Encoding.UTF8.GetBytes(name)):x16}");
    }

    /// <summary>Whoever forgets the @ has typed a key where the host stands.</summary>
    private static Problem Placed(Problem problem, ConnectorSpec spec) =>
        problem.Code == "setting.missing" && spec.Settings.FirstOrDefault(setting => problem.Subject.EndsWith($" {setting.Name}", StringComparison.Ordinal)) is { IsSecret: true } secret
            ? problem with { Hint = Credentials(spec).Count == 1 ? $"Write {spec.Name}://env:NAME@, or ?{secret.Name}=env:NAME." : $"Write ?{secret.Name}=env:NAME." }
            : problem;

    /// <summary>The secrets that let us in; that of the vendor's calls lets the vendor in.</summary>
    private static List<Setting> Credentials(ConnectorSpec spec) => [.. spec.Settings.Where(setting => setting.IsSecret && setting.Name != WebhookCall.SecretSetting)];

    private static TidemarkException Malformed() =>
        new(FailureKind.Usage, "address.malformed", "This is neither the name of a definition nor an address.")
        {
            Hint = "Write CONNECTOR://…, e.g. stripe://env:STRIPE_API_KEY@, postgres://user:password@host:5432/database or sqlite:FILE.",
        };

    private sealed class Reading(
        ConnectorSpec spec, AddressText address, SettingReference references, CancellationToken cancellationToken)
    {
        private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

        public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

        public bool HasTypedSecret { get; private set; }

        /// <summary>A database knows its own addresses; parameters that are settings of the connector are taken out.</summary>
        public async Task<(Dictionary<string, string> Settings, string? User)> DatabaseAsync(IDestinationConnector database)
        {
            var (user, password) = Pair(address.UserInfo);
            HasTypedSecret = password is { Length: > 0 } && !SettingReference.Is(password);
            var userInfo = password is null ? address.UserInfo
                : $"{user}:{(SettingReference.Is(password) ? Uri.EscapeDataString(await references.ResolveAsync(password, cancellationToken)) : password)}";
            var own = database.SettingsOf(address.With(userInfo, name => spec.Find(name) is null)) ?? throw Malformed();
            foreach (var (name, value) in own) _settings[name] = value;
            await TakeQueryAsync(name => spec.Find(name) is not null && !own.ContainsKey(name));
            return (_settings, user);
        }

        /// <summary>Host and path are the address setting, the user the only secret, parameters the settings of their names.</summary>
        public async Task<(Dictionary<string, string> Settings, string? User)> OthersAsync(string scheme)
        {
            string? shown = null;
            if (address.UserInfo is { Length: > 0 } info)
            {
                var secrets = Credentials(spec);
                if (spec.Find("username") is not null && spec.Find("password") is not null)
                {
                    var (user, password) = Pair(info);
                    await TakeAsync("username", user!);
                    if (password is not null) await TakeAsync("password", password);
                    shown = user;
                }
                else if (secrets is [var secret])
                {
                    await TakeAsync(secret.Name, info);
                    if (SettingReference.Is(info)) shown = info;
                }
                else
                {
                    throw Refused("address.user", $"The connector {spec.Name} has no single secret that could stand before the @.",
                        $"Name it: ?{secrets.Select(each => each.Name).FirstOrDefault() ?? "setting"}=env:NAME");
                }
            }

            if (address.Host.Length > 0)
            {
                var setting = spec.Settings.FirstOrDefault(each => each.Kind == SettingKind.Address && each.Name is "base_url" or "url")
                    ?? throw Refused("address.host", $"The connector {spec.Name} takes no host.", $"Write {spec.Name}://?setting=value&…");
                _settings[setting.Name] = $"{scheme}://{address.Host}{address.Path}";
            }
            else if (address.Path.Trim('/').Length > 0)
            {
                throw Refused("address.host", $"The address of {spec.Name} has a path and no host.", $"Write {spec.Name}://HOST/PATH or {spec.Name}://?setting=value");
            }

            await TakeQueryAsync(_ => true);
            return (_settings, shown);
        }

        private async Task TakeQueryAsync(Func<string, bool> wanted)
        {
            foreach (var (name, value) in address.Query.Where(pair => wanted(pair.Name))) await TakeAsync(name, value);
        }

        private async Task TakeAsync(string name, string value)
        {
            var isReference = SettingReference.Is(value);
            if (SettingReference.Variable(value) is { } variable) Variables[name] = variable;
            HasTypedSecret |= !isReference && spec.Find(name) is { IsSecret: true };
            _settings[name] = isReference ? await references.ResolveAsync(value, cancellationToken) : Uri.UnescapeDataString(value);
        }

        private static (string? User, string? Password) Pair(string? info)
        {
            if (info is null) return (null, null);
            var colon = info.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? (info, null) : (info[..colon], info[(colon + 1)..]);
        }

        private static TidemarkException Refused(string code, string message, string hint) =>
            new(FailureKind.Usage, code, message) { Hint = hint };
    }
}
