using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho;

/// <summary>The accounts server: gives out access tokens for the refresh token, and knows which are still good.</summary>
internal sealed class ZohoAccounts(TimeProvider clock)
{
    /// <summary>What counting and searching need besides the right to read.</summary>
    public const string OrganizationScope = "ZohoCRM.org.READ";
    public const string SearchScope = "ZohoSearch.securesearch.READ";

    private const string Secret = "tidemark";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _goodUntil = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _given = new();
    private int _limit;
    private int _lifetime = 3600;
    private int _throttled;
    private bool _refusesUnder200;
    private string _readsFrom = "both";
    private string _scheme = "Zoho-oauthtoken";
    private string? _apiDomain;
    private bool _namesApi = true;
    private string _scope = $"ZohoCRM.modules.ALL ZohoCRM.settings.fields.READ ZohoCRM.coql.READ {OrganizationScope} {SearchScope}";
    private long _number;

    /// <summary>Answers a request for a token. Takes the parameters from the query, from a form, or from either.</summary>
    public Answer Token(HttpRequest request, string form, bool isRevoked)
    {
        lock (_gate)
        {
            var inForm = ZohoForm.Read(request, form).Where(_ => _readsFrom != "query");
            var query = request.Query.Where(_ => _readsFrom != "form").Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))
                .Concat(inForm).ToDictionary(StringComparer.Ordinal);
            if (query.GetValueOrDefault("grant_type") != "refresh_token") return Refuse("unsupported_grant_type");
            // A client may put its own mark behind the word, so that clients can be distinguished.
            if (query.GetValueOrDefault("client_id") is not { } client || client.Split('-')[0] != Secret)
                return Refuse("invalid_client");
            if (query.GetValueOrDefault("client_secret") != Secret) return Refuse("invalid_client_secret");
            if (isRevoked || query.GetValueOrDefault("refresh_token") != Secret) return Refuse("invalid_code");
            return IsTooSoon() ? Throttle() : Give(request);
        }
    }

    /// <exception cref="ZohoProblem">401: no token, or none that is good.</exception>
    public void Check(HttpRequest request, bool isExpired)
    {
        var header = request.Headers.Authorization.ToString();
        lock (_gate)
        {
            var token = header.StartsWith($"{_scheme} ", StringComparison.Ordinal) ? header[(_scheme.Length + 1)..] : "";
            if (isExpired || !_goodUntil.TryGetValue(token, out var until) || until <= clock.GetUtcNow()) throw ZohoProblem.Unauthorized();
        }
    }

    /// <exception cref="ZohoProblem">401: the user did not consent to the scope.</exception>
    public void CheckScope(string scope)
    {
        lock (_gate)
        {
            if (!_scope.Split(' ').Contains(scope)) throw new ZohoProblem(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
        }
    }

    public bool TrySet(string setting, JsonElement value)
    {
        lock (_gate)
        {
            switch (setting, value.ValueKind)
            {
                case ("token_limit", JsonValueKind.Number): _limit = value.GetInt32(); return true;
                case ("token_seconds", JsonValueKind.Number): _lifetime = value.GetInt32(); return true;
                case ("throttle_tokens", JsonValueKind.Number): _throttled = value.GetInt32(); return true;
                case ("expire_tokens", JsonValueKind.True): _goodUntil.Clear(); return true;
                case ("token_errors_under_200", JsonValueKind.True or JsonValueKind.False): _refusesUnder200 = value.GetBoolean(); return true;
                case ("scope", JsonValueKind.String): _scope = value.GetString()!; return true;
                case ("token_parameters", JsonValueKind.String) when value.GetString() is "query" or "form" or "both":
                    _readsFrom = value.GetString()!;
                    return true;
                case ("header_scheme", JsonValueKind.String): _scheme = value.GetString()!; return true;
                case ("api_domain", JsonValueKind.String): (_apiDomain, _namesApi) = (value.GetString(), true); return true;
                case ("api_domain", JsonValueKind.Null): _namesApi = false; return true;
                default: return false;
            }
        }
    }

    private Answer Give(HttpRequest request)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"1000.{Bits.Mix((ulong)++_number):x16}.{_number}");
        _goodUntil[token] = clock.GetUtcNow().AddSeconds(_lifetime);
        var json = new JsonBuffer(512);
        json.Add($$"""{"access_token":{{token}},"scope":{{_scope}}""");
        if (_namesApi) json.Add($$""","api_domain":{{_apiDomain ?? $"{request.Scheme}://{request.Host}"}}""");
        json.Add($$""","token_type":"Bearer","expires_in":{{_lifetime}}}""");
        return new(StatusCodes.Status200OK, json);
    }

    private bool IsTooSoon()
    {
        if (_throttled > 0)
        {
            _throttled--;
            return true;
        }

        if (_limit == 0) return false;
        var now = clock.GetUtcNow();
        while (_given.TryPeek(out var oldest) && now - oldest >= Window) _given.Dequeue();
        if (_given.Count >= _limit) return true;
        _given.Enqueue(now);
        return false;
    }

    private Answer Refuse(string error)
    {
        var json = new JsonBuffer(128);
        json.Add($$"""{"error":{{error}}}""");
        return new(_refusesUnder200 ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, json);
    }

    private Answer Throttle()
    {
        var json = new JsonBuffer(256);
        json.Raw("""{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied"}"""u8);
        return new(_refusesUnder200 ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, json);
    }
}
