using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;
using Tidemark.Server.Pages;

namespace Tidemark.Server.Access;

/// <summary>
/// Refuses what a browser sends by itself for a page of somebody else: with the cookie of a session, a request that changes something
/// also shows a token, which only pages of this server can read. Bearers of tokens need none: no browser sends those by itself.
/// </summary>
internal sealed class Antiforgery(RequestDelegate next, ServerOptions options)
{
    public const string Header = "X-Tidemark-Antiforgery";

    /// <summary>Name of the field of a form.</summary>
    public const string Field = "antiforgery";

    /// <summary>The token of a session, of which the session's own secret is the key.</summary>
    /// <param name="session">What the browser shows.</param>
    public static string TokenOf(string session) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(session), "tidemark antiforgery"u8));

    public async Task InvokeAsync(HttpContext http)
    {
        if (Changes(http.Request.Method))
        {
            var isOpen = http.GetEndpoint()?.Metadata.GetMetadata<OpenForm>() is not null;
            var session = http.User.Identity is { IsAuthenticated: true } && Caller.Of(http).Session is not null ? SessionCookie.Find(http) : null;
            if ((isOpen || session is not null) && PageOrigin.IsForeign(http.Request, options))
                throw Refused("access.origin", "A web page of another origin may not do this.", "Do it from a page of this server.");
            if (!isOpen && session is not null && !IsEqual(await ShownAsync(http.Request), TokenOf(session)))
                throw Refused("access.antiforgery", "With the cookie of a session, a request that changes something shows its antiforgery token.", $"GET /api/v1/me has it; send it in the header {Header}.");
        }

        await next(http);
    }

    private static bool Changes(string method) =>
        !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && !HttpMethods.IsTrace(method);

    private static async Task<string> ShownAsync(HttpRequest request) =>
        request.Headers[Header].ToString() is { Length: > 0 } header ? header
        : FormText.IsOne(request) ? (await FormText.ReadAsync(request))[Field].ToString() : "";

    private static bool IsEqual(string shown, string token) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(token));

    private static TidemarkException Refused(string code, string message, string hint) => new(FailureKind.Usage, code, message) { Hint = hint };
}

/// <summary>A form that people use who are not logged in: there is no session yet that a token could belong to.</summary>
internal sealed record OpenForm;
