using Microsoft.AspNetCore.Http;

namespace Tidemark.Server.Access;

/// <summary>From which web page a browser sends a request.</summary>
internal static class PageOrigin
{
    /// <summary>Whether a browser sends the request for a page that is neither of this server nor of an allowed origin.</summary>
    /// <param name="request">The request. One that says nothing is of no browser.</param>
    /// <param name="options">The address under which people reach the server.</param>
    /// <param name="allowed">Other origins that may.</param>
    public static bool IsForeign(HttpRequest request, ServerOptions options, params IReadOnlyList<string> allowed)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0) return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
        return origin != $"{request.Scheme}://{request.Host}" && origin != options.PublicAddress?.GetLeftPart(UriPartial.Authority)
            && !allowed.Contains(origin, StringComparer.OrdinalIgnoreCase);
    }
}
