using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Server.Access.OpenId;

namespace Tidemark.Server;

/// <summary>Settings of the server. Each is a variable too: <c>port</c> is <c>TIDEMARK_PORT</c>.</summary>
public sealed record ServerOptions
{
    public const string VariablePrefix = "TIDEMARK_";

    [Range(0, 65535)]
    [Description("Port to listen on; 0 takes a free one.")]
    public int Port { get; set; } = 8000;

    [Description("Address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for every network that it is in.")]
    public string Listen { get; set; } = "127.0.0.1";

    [FilePath]
    [Description("Certificate for HTTPS, a PEM file with its chain. Without one the server speaks HTTP.")]
    public string? Certificate { get; set; }

    [FilePath]
    [Description("Private key of the certificate, a PEM file.")]
    public string? CertificateKey { get; set; }

    [Range(1, 64)]
    [Description("Runs that go on at once.")]
    public int MaxRuns { get; set; } = 4;

    [Range(0, 36_500)]
    [Description("Days that steps and logs of runs are kept; 0 for ever. Their figures stay.")]
    public int KeepRunDays { get; set; } = 90;

    [Description("Hosts that callers may name, separated by commas; * for any. Always among them: localhost, 127.0.0.1, [::1].")]
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    [Description("Origins of web pages that may call the API and the old addresses, separated by commas, such as https://app.example.com.")]
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    [Description("Opens the old addresses to callers on this machine that show no token. They are written down as local.")]
    public bool LocalCallers { get; set; }

    [Description("Address under which people reach the server, such as https://sync.example.com; links begin with it, and its host may be named by callers.")]
    public Uri? PublicAddress { get; set; }

    [Description("IP addresses of proxies whose header X-Forwarded-For is believed, separated by commas.")]
    public IReadOnlyList<string> Proxies { get; set; } = [];

    [Description("OpenID Connect provider by which people log in, such as https://login.example.com/realms/office.")]
    public Uri? OidcAuthority { get; set; }

    [Description("Name of this server at the OpenID provider.")]
    public string? OidcClientId { get; set; }

    [Description("Secret of this server at the OpenID provider: env:NAME or file:PATH where it is, or itself.")]
    public Secret? OidcClientSecret { get; set; }

    [Description("Scopes that the OpenID provider is asked for, separated by commas.")]
    public IReadOnlyList<string> OidcScopes { get; set; } = ["openid", "profile", "email"];

    [Description("Claim of the OpenID provider that names a person's groups.")]
    public string OidcGroupsClaim { get; set; } = "groups";

    [Description("Roles of the OpenID provider's groups, separated by commas: staff=viewer, ops=operator. Who is in none may not log in.")]
    public IReadOnlyList<string> OidcGroups { get; set; } = [];

    [Description("Whether people log in with passwords; false where the OpenID provider alone lets them in.")]
    public bool Passwords { get; set; } = true;

    [Range(0, 1_000_000)]
    [Description("Requests a second that one caller may make, twice as many at once; 0 for no limit.")]
    public int MaxRequests { get; set; }

    [Description("Address of an OpenTelemetry collector that receives metrics and traces, such as http://127.0.0.1:4317.")]
    public Uri? OtlpEndpoint { get; set; }

    [Description("Address of a collector of OpenLineage that is told when runs begin and end, such as http://127.0.0.1:5000.")]
    public Uri? OpenlineageUrl { get; set; }

    [Description("Key of the collector of OpenLineage, sent as a bearer token: env:NAME or file:PATH where it is, or itself.")]
    public Secret? OpenlineageApiKey { get; set; }

    /// <summary>Whether browsers reach it by HTTPS: its own, or that of a proxy before it.</summary>
    public bool IsHttps => Certificate is not null || PublicAddress?.Scheme == Uri.UriSchemeHttps;

    /// <summary>A page of the server, as a browser of this machine or, with a public address, of any reaches it.</summary>
    /// <param name="path">Path and query without the first slash.</param>
    /// <param name="port">The port that it has; null for the one of the settings.</param>
    public Uri PageAt(string path, int? port = null) => new(
        PublicAddress ?? new UriBuilder(Certificate is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, Listen is "127.0.0.1" or "0.0.0.0" or "::" or "::1" ? "localhost" : Listen, port ?? Port).Uri,
        path);

    /// <summary>The page on which a password is set, by a link.</summary>
    /// <param name="link">What the link carries.</param>
    /// <param name="port">The port that it has; null for the one of the settings.</param>
    public Uri SetupPage(string link, int? port = null) => PageAt($"setup?token={link}", port);

    /// <summary>Refuses what needs passwords where there are none.</summary>
    /// <exception cref="TidemarkException"><c>user.passwords_off</c> (usage).</exception>
    public void RequirePasswords()
    {
        if (!Passwords)
            throw new TidemarkException(FailureKind.Usage, "user.passwords_off", "People log in by the OpenID provider alone.") { Hint = "Put them into a group there that has a role here." };
    }

    /// <summary>The settings with secrets in the place of what says where they are.</summary>
    /// <param name="variable">Value of a variable; null where it is not set.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TidemarkException"><c>setting.environment_unset</c>, <c>setting.unreadable</c> (usage).</exception>
    public async Task<ServerOptions> ResolveAsync(Func<string, string?> variable, CancellationToken cancellationToken)
    {
        var reference = new SettingReference(variable);
        return this with { OidcClientSecret = await InPlaceAsync(OidcClientSecret), OpenlineageApiKey = await InPlaceAsync(OpenlineageApiKey) };

        async Task<Secret?> InPlaceAsync(Secret? secret) => secret is null ? null : new(await reference.ResolveAsync(secret.Reveal(), cancellationToken));
    }

    /// <summary>How the settings look to those who give them.</summary>
    public static ConnectorSpec Spec { get; } = ConnectorSpec.Of<ServerOptions>("server", "Server", ConnectorRoles.None);

    /// <summary>The settings from flags, then variables, then a file.</summary>
    /// <param name="given">Flags that were given, by name.</param>
    /// <param name="variable">Value of a variable; null where it is not set.</param>
    /// <param name="file">What a <see cref="SettingsFile"/> says; null for none.</param>
    /// <exception cref="TidemarkException">Everything that is wrong with them, each with its variable (configuration).</exception>
    public static ServerOptions Read(IReadOnlyDictionary<string, string> given, Func<string, string?> variable, IReadOnlyDictionary<string, string>? file = null)
    {
        var settings = new Dictionary<string, string>(file ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var setting in Spec.Settings)
        {
            if ((given.GetValueOrDefault(setting.Name) ?? variable(VariableOf(setting.Name))) is { } value) settings[setting.Name] = value;
        }

        var problems = new List<Problem>();
        var options = SettingsBinder.Bind(Spec, settings, "server", problems).As<ServerOptions>();
        if (options.Certificate is null != options.CertificateKey is null)
            problems.Add(new("setting.missing", "server", "A certificate needs its key, and a key its certificate.", "Set certificate and certificate_key, or neither."));
        if (!IPAddress.TryParse(options.Listen, out _))
            problems.Add(new("setting.invalid", "server, setting listen", $"{options.Listen} is no IP address.", "Use 127.0.0.1, 0.0.0.0, ::1 or ::."));
        problems.AddRange(OpenIdSettings.Problems(options));
        foreach (var proxy in options.Proxies.Where(proxy => !IPAddress.TryParse(proxy, out _)))
            problems.Add(new("setting.invalid", "server, setting proxies", $"{proxy} is no IP address.", "Name each proxy by its IP address."));
        return problems.Count == 0 ? options : throw TidemarkException.ForAll(problems);
    }

    /// <summary>The variable of a setting.</summary>
    public static string VariableOf(string setting) => VariablePrefix + setting.ToUpperInvariant();
}
