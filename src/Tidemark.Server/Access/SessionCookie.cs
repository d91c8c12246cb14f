using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Engine.Access;

namespace Tidemark.Server.Access;

/// <summary>The cookie by which a browser is known again. Scripts cannot read it, and other sites' requests do not carry it.</summary>
internal static class SessionCookie
{
    /// <summary>What the browser shows; null for nothing.</summary>
    public static string? Find(HttpContext http) => http.Request.Cookies[Name(http)];

    public static void Give(HttpContext http, OpenedSession opened) => http.Response.Cookies.Append(Name(http), opened.Text, Options(http));

    public static void Take(HttpContext http) => http.Response.Cookies.Delete(Name(http), Options(http));

    /// <summary>Where the caller is, for the list of sessions and the audit trail.</summary>
    public static Device DeviceOf(HttpContext http) =>
        new($"{http.Connection.RemoteIpAddress}", http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null);

    // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#__host-: no other host can have set it.
    private static string Name(HttpContext http) => IsHttps(http) ? "__Host-tidemark" : "tidemark";

    private static CookieOptions Options(HttpContext http) => new() { HttpOnly = true, Secure = IsHttps(http), SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };

    private static bool IsHttps(HttpContext http) => http.RequestServices.GetRequiredService<ServerOptions>().IsHttps;
}
