using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>What is wrong with the next token of the stand-in.</summary>
internal enum TokenFault
{
    None,
    Nonce,
    Audience,
    Issuer,
    Expired,
    Signature,
    Unsigned,
}

/// <summary>An OpenID provider over real HTTP: discovery, keys, authorization with PKCE, tokens signed with RS256. It lets everybody in as the person that is set.</summary>
internal sealed class OpenIdStandIn : IAsyncDisposable
{
    public const string ClientId = "tidemark";
    public const string ClientSecret = "a secret of the provider";

    private readonly WebApplication _app;
    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string Redirect)> _codes = new();

    private OpenIdStandIn(WebApplication app) => _app = app;

    public Uri Authority => new(_app.Urls.First());

    /// <summary>Claims of the person that comes next, beside those of the protocol.</summary>
    public Dictionary<string, object> Person { get; set; } = [];

    public TokenFault Fault { get; set; }

    /// <summary>What it has refused, e.g. a wrong verifier.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    /// <summary>How many tokens it has given.</summary>
    public int Given { get; private set; }

    public static async Task<OpenIdStandIn> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var provider = new OpenIdStandIn(app);
        app.UseRouting();
        app.MapGet("/.well-known/openid-configuration", provider.DiscoverAsync);
        app.MapGet("/keys", provider.KeysAsync);
        app.MapGet("/authorize", provider.Authorize);
        app.MapPost("/token", provider.TokenAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private string Issuer => $"{Authority}".TrimEnd('/');

    private Task DiscoverAsync(HttpContext http) => http.Response.WriteAsync(JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["issuer"] = Issuer,
        ["authorization_endpoint"] = $"{Issuer}/authorize",
        ["token_endpoint"] = $"{Issuer}/token",
        ["jwks_uri"] = $"{Issuer}/keys",
        ["response_types_supported"] = new[] { "code" },
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        ["code_challenge_methods_supported"] = new[] { "S256" },
    }));

    private Task KeysAsync(HttpContext http)
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        return http.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "one", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } },
        }));
    }

    private void Authorize(HttpContext http)
    {
        var query = http.Request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256" || query["nonce"].Count == 0
            || !query["scope"].ToString().Split(' ').Contains("openid"))
        {
            Refused.Enqueue($"authorize {http.Request.QueryString}");
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString(), query["redirect_uri"].ToString());
        http.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private async Task TokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var isKnown = _codes.TryRemove(form["code"].ToString(), out var code);
        var why = form["client_id"] != ClientId || form["client_secret"] != ClientSecret ? "client"
            : !isKnown ? "code"
            : form["redirect_uri"] != code.Redirect ? "redirect"
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != code.Challenge ? "verifier" : null;
        http.Response.ContentType = "application/json";
        if (why is not null)
        {
            Refused.Enqueue(why);
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync("""{"error":"invalid_grant"}""");
            return;
        }

        Given++;
        await http.Response.WriteAsync(JsonSerializer.Serialize(new { access_token = "opaque", token_type = "Bearer", expires_in = 60, id_token = Token(code.Nonce) }));
    }

    private string Token(string nonce)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var begun = Fault == TokenFault.Expired ? now - 7200 : now;
        var claims = new Dictionary<string, object>(Person)
        {
            ["iss"] = Fault == TokenFault.Issuer ? "https://evil.example" : Issuer,
            ["aud"] = Fault == TokenFault.Audience ? "another" : ClientId,
            ["nonce"] = Fault == TokenFault.Nonce ? "another" : nonce,
            ["iat"] = begun,
            ["nbf"] = begun,
            ["exp"] = begun + 300,
        };
        var isUnsigned = Fault == TokenFault.Unsigned;
        var head = isUnsigned ? """{"alg":"none","typ":"JWT"}""" : """{"alg":"RS256","typ":"JWT","kid":"one"}""";
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        using var other = RSA.Create(2048);
        var signature = (Fault == TokenFault.Signature ? other : _key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{(isUnsigned ? "" : Base64Url.EncodeToString(signature))}";
    }
}
