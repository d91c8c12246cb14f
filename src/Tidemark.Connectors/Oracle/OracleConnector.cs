using System.Globalization;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>Oracle Fusion Sales (CX Sales): opportunities, accounts, contacts, leads and activities.</summary>
/// <remarks>https://docs.oracle.com/en/cloud/saas/sales/faaps/index.html.</remarks>
public sealed class OracleConnector : IWebhookConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<OracleOptions>("oracle", "Oracle Fusion Sales", ConnectorRoles.Source) with
    {
        Docs = new Uri("https://docs.oracle.com/en/cloud/saas/sales/faaps/index.html"),
    };

    /// <exception cref="Engine.Errors.TidemarkException">Configuration <c>oracle.no_credentials</c>.</exception>
    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now) => WebhookProof.Token(call, secret);

    public ISource OpenSource(BoundSettings settings, TimeProvider clock)
    {
        var oracle = settings.As<OracleOptions>();
        return new OracleSource(oracle, new HttpExchange(Api(oracle), clock), clock);
    }

    internal static HttpApi Api(OracleOptions options) => options.ApiAt(options.BaseUrl) with
    {
        Headers =
        [
            new("REST-Framework-Version", options.FrameworkVersion.ToString(CultureInfo.InvariantCulture)),
            // Without the second media type errors come as plain text.
            new("Accept", "application/json, application/vnd.oracle.adf.error+json"),
        ],
        Authentication = Credentials(options),
        RequestsPerSecond = options.RequestsPerSecond,
        MaxConcurrent = options.Parallel * 2,
        Classify = OracleErrors.Classify,
    };

    private static HttpAuthentication Credentials(OracleOptions options) => options switch
    {
        { Token: { } token } when token.Reveal().Length > 0 => HttpAuthentication.Bearer(token),
        { Username: { Length: > 0 } user, Password: { } password } =>
            HttpAuthentication.Basic(new Secret(user), password),
        _ => throw OracleErrors.NoCredentials(),
    };
}
