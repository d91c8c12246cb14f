using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Serving;

/// <summary>The body of a request, at hand as often as it is wanted.</summary>
internal static class RequestBody
{
    public static async Task BufferAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null or 0 && !http.Request.Headers.ContainsKey("Transfer-Encoding")) return;
        var whole = new MemoryStream();
        await http.Request.Body.CopyToAsync(whole, http.RequestAborted);
        whole.Position = 0;
        http.Request.Body = whole;
    }

    public static ReadOnlySpan<byte> Bytes(HttpRequest request) =>
        request.Body is MemoryStream whole ? whole.GetBuffer().AsSpan(0, (int)whole.Length) : [];

    /// <summary>Null where there is no body, or none that is JSON.</summary>
    public static JsonElement? Json(HttpRequest request)
    {
        var reader = new Utf8JsonReader(Bytes(request));
        try
        {
            return JsonElement.TryParseValue(ref reader, out var value) ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
