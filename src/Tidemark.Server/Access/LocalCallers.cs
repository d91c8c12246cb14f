using System.Net;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Access;
using Tidemark.Server.Compat;

namespace Tidemark.Server.Access;

/// <summary>Callers on this machine that show no token, as the earlier tools were called.</summary>
internal static class LocalCallers
{
    /// <summary>Who they are; only the old addresses know them.</summary>
    public static readonly Caller Caller = new(TokenCatalog.LocalName, Role.Admin, []);

    // What the framework answers in the place of an address that takes JSON, where the body is none. It does nothing else.
    private const string NotJson = "415 HTTP Unsupported Media Type";

    /// <summary>Whether a request without a token is for an old address, and comes from this machine itself: through no proxy.</summary>
    public static bool IsOne(HttpContext http) =>
        http.GetEndpoint() is { } endpoint && (endpoint.Metadata.GetMetadata<OldAddress>() is not null || endpoint.DisplayName == NotJson)
        && http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !http.Request.Headers.ContainsKey("Forwarded") && !http.Request.Headers.ContainsKey("Via")
        && !http.Request.Headers.Keys.Any(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase));
}
