using System.Net.Http.Headers;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Puts the access token on calls and sends them to the address that the token is good for.</summary>
/// <remarks>
/// https://www.zoho.com/crm/developer/docs/api/v8/oauth-overview.html: the scheme is Zoho-oauthtoken, although tokens
/// come as of the type Bearer. A server that refuses the one before it took anything is asked with the other.
/// </remarks>
internal sealed class ZohoAuthentication(ZohoOptions options, TimeProvider clock) : HttpAuthentication
{
    private readonly ZohoTokens _tokens = ZohoTokens.Of(options);

    public override IReadOnlyList<Secret> Secrets =>
        [options.ClientSecret, options.RefreshToken, .. _tokens.Present is { } token ? (Secret[])[token.Value] : []];

    /// <summary>The address that calls go to now; the data centre's before the first token.</summary>
    public Uri Address => ZohoHosts.Api(options, _tokens.Present?.ApiDomain);

    /// <summary>Whether the token came with a list of its scopes, and without this one.</summary>
    public bool Lacks(string scope) => _tokens.Present?.Scopes is { Length: > 0 } scopes
        && !scopes.Split([' ', ',']).Contains(scope, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the token came with a list of its scopes, and with this one.</summary>
    public bool Has(string scope) => _tokens.Present?.Scopes is { Length: > 0 } && !Lacks(scope);

    public override async ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A call that gives up waiting leaves the fetching to the others, and finds its token when it is sent again.
        var fetching = _tokens.GetAsync(() => ZohoToken.FetchAsync(options, _tokens, clock), clock.GetUtcNow());
        var token = await fetching.WaitAsync(cancellationToken);
        var address = ZohoHosts.Api(options, token.ApiDomain);
        request.RequestUri = new UriBuilder(request.RequestUri!)
        {
            Scheme = address.Scheme,
            Host = address.Host,
            Port = address.Port,
        }.Uri;
        request.Headers.Authorization = new AuthenticationHeaderValue(_tokens.Scheme, token.Value.Reveal());
    }

    public override ValueTask<bool> RefusedAsync(HttpRequestMessage refused, CancellationToken cancellationToken) =>
        new(refused.Headers.Authorization is { Parameter: { } token } sent
            && _tokens.Refused(sent.Scheme, token, clock.GetUtcNow()));

    /// <inheritdoc cref="ZohoTokens.HasNoQueries"/>
    public bool HasNoQueries
    {
        get => _tokens.HasNoQueries;
        set => _tokens.HasNoQueries = value;
    }

    /// <summary>Hears that a call was taken, and with it the scheme.</summary>
    public void Accepted() => _tokens.Accepted();
}
