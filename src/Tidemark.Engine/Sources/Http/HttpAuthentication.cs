using System.Net.Http.Headers;
using System.Text;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Puts credentials on requests. One whose tokens expire fetches them through an <see cref="HttpExchange"/> of its
/// own to the vendor's token address, and may set another host on the request where the token names one.
/// </summary>
public abstract class HttpAuthentication
{
    /// <summary>For addresses that need no credentials.</summary>
    public static readonly HttpAuthentication None = new FixedHeader(null, null, []);

    /// <summary>What must never stand in a message, as it is now.</summary>
    public abstract IReadOnlyList<Secret> Secrets { get; }

    /// <summary>Adds the credentials to a request. Called again for every attempt.</summary>
    public abstract ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>
    /// Hears of an answer 401, twice per call at most. True asks for the call to be sent again, with new credentials.
    /// Several calls may be refused at once: compare what <paramref name="refused"/> carries with the present token.
    /// </summary>
    public virtual ValueTask<bool> RefusedAsync(HttpRequestMessage refused, CancellationToken cancellationToken) =>
        new(false);

    // A key copied from a page often ends with a line break, which no header may hold.
    public static HttpAuthentication Bearer(Secret token) => new FixedHeader("Bearer", token.Reveal().Trim(), [token]);

    /// <summary>
    /// HTTP Basic, RFC 7617, in UTF-8. Some vendors want their key as the user, with an empty password.
    /// </summary>
    public static HttpAuthentication Basic(Secret user, Secret password)
    {
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Reveal().Trim()}:{password.Reveal().Trim()}"));
        return new FixedHeader("Basic", pair, [user, password, new Secret(pair)]);
    }

    private sealed class FixedHeader(string? scheme, string? value, IReadOnlyList<Secret> secrets) : HttpAuthentication
    {
        public override IReadOnlyList<Secret> Secrets => secrets;

        public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = scheme is null ? null : new AuthenticationHeaderValue(scheme, value);
            return ValueTask.CompletedTask;
        }
    }
}
