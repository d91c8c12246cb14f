using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>An access token, where it is good and until when.</summary>
/// <param name="Value">Sent with every call.</param>
/// <param name="ApiDomain">Address of the API that came with it; null where none did.</param>
/// <param name="UseUntil">Replaced from then on; a little before it ends.</param>
internal sealed record ZohoToken(Secret Value, string? ApiDomain, DateTimeOffset UseUntil)
{
    /// <summary>Scopes of the token, separated by spaces; null if the accounts server did not state them.</summary>
    public string? Scopes { get; init; }

    private const int DefaultSeconds = 3600;

    /// <summary>Fetches a new token for the refresh token.</summary>
    /// <remarks>
    /// https://www.zoho.com/crm/developer/docs/api/v8/refresh.html: the parameters are those of the query. A server whose
    /// refusal does not show that it read them there is asked once more, with a form. The exchange lives for this one
    /// token, as that outlives the source that asked for it.
    /// </remarks>
    /// <exception cref="TidemarkException">As <see cref="ZohoErrors.ClassifyToken"/>; Upstream <c>zoho.no_token</c>.</exception>
    public static async Task<ZohoToken> FetchAsync(ZohoOptions options, ZohoTokens tokens, TimeProvider clock)
    {
        var credentials = new Credentials([options.ClientSecret, options.RefreshToken]);
        await using var accounts = new HttpExchange(
            options.ApiAt(ZohoHosts.Accounts(options)) with
            {
                Authentication = credentials,
                Classify = answer => ZohoErrors.ClassifyToken(answer, options.TokenWait),
            }, clock);
        var call = new HttpCall(HttpMethod.Post, "/oauth/v2/token") { IsRepeatable = true, IsForm = tokens.WantsForm }
            .With("grant_type", "refresh_token")
            .With("client_id", options.ClientId)
            .With("client_secret", options.ClientSecret.Reveal())
            .With("refresh_token", options.RefreshToken.Reveal());
        var asked = clock.GetUtcNow();
        using var answer = await AskAsync(accounts, call, tokens);
        if (answer.First("access_token") is not { Length: > 0 } token)
            throw new TidemarkException(FailureKind.Upstream, "zoho.no_token", "The accounts server's answer holds no access token.");

        var seconds = long.TryParse(answer.First("expires_in"), NumberStyles.None, CultureInfo.InvariantCulture, out var stated)
            && stated is > 0 and < 86_400 ? stated : DefaultSeconds;
        var margin = Math.Min(60, seconds / 10);
        return new ZohoToken(new Secret(token), answer.First("api_domain"), asked.AddSeconds(seconds - margin))
        {
            Scopes = answer.First("scope"),
        };
    }

    private static async Task<HttpPage> AskAsync(HttpExchange accounts, HttpCall call, ZohoTokens tokens)
    {
        TidemarkException refusal;
        try
        {
            return await accounts.SendAsync(call, PageShape.One, CancellationToken.None);
        }
        catch (TidemarkException unread) when (!call.IsForm && MayBeUnread(unread))
        {
            refusal = unread;
        }

        try
        {
            var answer = await accounts.SendAsync(call with { IsForm = true }, PageShape.One, CancellationToken.None);
            tokens.WantsForm = true;
            return answer;
        }
        catch (TidemarkException again) when (MayBeUnread(again))
        {
            throw refusal;
        }
    }

    /// <summary>Whether a refusal may be one of parameters that were not found, rather than of what they say.</summary>
    private static bool MayBeUnread(TidemarkException refusal) => refusal.Code is "zoho.client_refused" or "zoho.token_refused";

    /// <summary>Keeps what the call carries out of messages; the call carries it already.</summary>
    private sealed class Credentials(IReadOnlyList<Secret> secrets) : HttpAuthentication
    {
        public override IReadOnlyList<Secret> Secrets => secrets;

        public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
