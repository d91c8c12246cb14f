using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Tidemark.Sandbox.Zoho;

/// <summary>The parameters in the body of a request for a token, as a form or in parts: the official clients send parts.</summary>
internal static class ZohoForm
{
    private const string Break = "\r\n";

    public static IEnumerable<KeyValuePair<string, string>> Read(HttpRequest request, string body)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data")
            return QueryHelpers.ParseQuery(body).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()));
        return body.Split($"--{HeaderUtilities.RemoveQuotes(type.Boundary)}").Select(Part).OfType<KeyValuePair<string, string>>();
    }

    private static KeyValuePair<string, string>? Part(string part)
    {
        var end = part.IndexOf(Break + Break, StringComparison.Ordinal);
        if (end < 0) return null;
        var disposition = part[..end].Split(Break)
            .FirstOrDefault(line => line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase));
        if (!ContentDispositionHeaderValue.TryParse(disposition?.Split(':', 2)[1], out var header)) return null;
        var value = part[(end + 2 * Break.Length)..];
        return KeyValuePair.Create(
            HeaderUtilities.RemoveQuotes(header.Name).ToString(), value.EndsWith(Break, StringComparison.Ordinal) ? value[..^2] : value);
    }
}
