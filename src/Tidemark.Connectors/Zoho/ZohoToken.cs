using System.Globalization;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>An access token, where it is good and until when.</summary>
/// <param name="Value">Sent with every call.</param>
/// <param name="ApiDomain">Address of the API that came with it; null where none did.</param>
/// <param name="UseUntil">Replaced from then on; a little before it ends.</param>
internal sealed record ZohoToken(Secret Value, string? ApiDomain, DateTimeOffset UseUntil)
{
    /// <summary>What it may do, parted by blanks; null where the accounts server did not say.</summary>
    public string? Scopes { get; init; }

    private const int DefaultSeconds = 3600;

    /// <summary>Fetches a new token for the refresh token.</summary>
    /// <remarks>
    /// https://www.zoho.com/crm/developer/docs/api/v8/refresh.html: the parameters are those of the query. The
    /// exchange lives for this one call, as the token outlives the source that asked for it.
    /// </remarks>
    /// <exception cref="TidemarkException">As <see cref="ZohoErrors.ClassifyToken"/>; Upstream <c>zoho.no_token</c>.</exception>
    public static async Task<ZohoToken> FetchAsync(ZohoOptions options, TimeProvider clock)
    {
        var credentials = new Credentials([options.ClientSecret, options.RefreshToken]);
        await using var accounts = new HttpExchange(
            options.ApiAt(ZohoHosts.Accounts(options)) with
            {
                Authentication = credentials,
                Classify = answer => ZohoErrors.ClassifyToken(answer, options.TokenWait),
            }, clock);
        var call = new HttpCall(HttpMethod.Post, "/oauth/v2/token") { IsRepeatable = true }
            .With("grant_type", "refresh_token")
            .With("client_id", options.ClientId)
            .With("client_secret", options.ClientSecret.Reveal())
            .With("refresh_token", options.RefreshToken.Reveal());
        var asked = clock.GetUtcNow();
        using var answer = await accounts.SendAsync(call, PageShape.One, CancellationToken.None);
        if (answer.First("access_token") is not { Length: > 0 } token)
            throw new TidemarkException(FailureKind.Upstream, "zoho.no_token", "The accounts server's answer holds no access token.");

        var seconds = long.TryParse(answer.First("expires_in"), NumberStyles.None, CultureInfo.InvariantCulture, out var told)
            && told is > 0 and < 86_400 ? told : DefaultSeconds;
        var margin = Math.Min(60, seconds / 10);
        return new ZohoToken(new Secret(token), answer.First("api_domain"), asked.AddSeconds(seconds - margin))
        {
            Scopes = answer.First("scope"),
        };
    }

    /// <summary>Keeps what the call carries out of messages; the call carries it already.</summary>
    private sealed class Credentials(IReadOnlyList<Secret> secrets) : HttpAuthentication
    {
        public override IReadOnlyList<Secret> Secrets => secrets;

        public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
