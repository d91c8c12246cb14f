using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// The access token of one refresh token, for all sources in this process: Zoho gives out ten tokens in ten minutes and
/// then none, so schedules that run every minute must not fetch one each. It also keeps which of two ways the servers
/// of these credentials turned out to take.
/// </summary>
internal sealed class ZohoTokens
{
    private const string Documented = "Zoho-oauthtoken";
    private const string Standard = "Bearer";

    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<string, ZohoTokens> Known = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private Task<ZohoToken>? _fetching;
    private ZohoToken? _token;
    private DateTimeOffset? _refusedAt;
    private volatile string _scheme = Documented;
    private volatile bool _isSchemeSure;
    private bool _hasTriedBoth;
    private volatile bool _wantsForm;
    private volatile bool _hasNoQueries;

    /// <summary>Word before the token in the header: the documented one, unless the API takes only the other.</summary>
    public string Scheme => _scheme;

    /// <summary>Whether the accounts server reads its parameters from a form only.</summary>
    public bool WantsForm
    {
        get => _wantsForm;
        set => _wantsForm = value;
    }

    /// <summary>
    /// Whether queries were refused. They are not asked for again: a refusal for a scope looks like one of the token, and
    /// costs a new one.
    /// </summary>
    public bool HasNoQueries
    {
        get => _hasNoQueries;
        set => _hasNoQueries = value;
    }

    /// <summary>The tokens of these credentials.</summary>
    public static ZohoTokens Of(ZohoOptions options)
    {
        var credentials = string.Join(
            '\n', ZohoHosts.Accounts(options), options.ClientId, options.ClientSecret.Reveal(), options.RefreshToken.Reveal());
        return Known.GetOrAdd(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(credentials))), _ => new ZohoTokens());
    }

    /// <summary>The current token, fetched if there is none. Concurrent callers wait for the same one.</summary>
    public Task<ZohoToken> GetAsync(Func<Task<ZohoToken>> fetch, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_token is { } token && now < token.UseUntil) return Task.FromResult(token);
            if (_fetching is not { IsCompleted: false }) _fetching = Task.Run(() => KeepAsync(fetch));
            return _fetching;
        }
    }

    /// <summary>
    /// Hears that a token was refused. True where another one is there, or may be fetched, or where the same one is to
    /// be sent under the other scheme. A second refusal within a minute is not the token's age but what it may do:
    /// fetching again would only use up the ten.
    /// </summary>
    public bool Refused(string scheme, string refused, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (scheme != _scheme) return true;
            if (!_isSchemeSure)
            {
                _scheme = _hasTriedBoth ? Documented : Standard;
                if (!_hasTriedBoth) return _hasTriedBoth = true;
            }

            if (_token is null || _token.Value.Reveal() != refused) return true;
            if (now - _refusedAt < BetweenRefusals) return false;
            (_token, _refusedAt) = (null, now);
            return true;
        }
    }

    /// <summary>Hears that a call was taken: its scheme is the right one, and refusals are the token's from now on.</summary>
    public void Accepted() => _isSchemeSure = true;

    /// <summary>The token as it is, without asking anyone.</summary>
    public ZohoToken? Present
    {
        get
        {
            lock (_gate) return _token;
        }
    }

    private async Task<ZohoToken> KeepAsync(Func<Task<ZohoToken>> fetch)
    {
        var token = await fetch();
        lock (_gate) return _token = token;
    }
}
