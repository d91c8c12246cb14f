using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Sources.Http;

/// <summary>What a vendor answered, for a connector to judge. Valid only while it is judged.</summary>
public sealed class HttpAnswer
{
    private const int QuoteLength = 500;
    private readonly HttpResponseMessage _response;
    private readonly IReadOnlyList<Secret> _secrets;
    private readonly DateTimeOffset _now;

    internal HttpAnswer(
        HttpCall call, HttpResponseMessage response, ReadOnlyMemory<byte> body, IReadOnlyList<Secret> secrets,
        DateTimeOffset now)
    {
        (Call, _response, Body, _secrets, _now) = (call, response, body, secrets, now);
    }

    public HttpCall Call { get; }

    public int Status => (int)_response.StatusCode;

    /// <summary>Decompressed. Of an error, at most the first 256 KB.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Media type in lower case, e.g. <c>application/json</c>; null if absent.</summary>
    public string? MediaType => _response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant();

    /// <summary>
    /// How long the vendor asks to wait, from Retry-After in seconds or as a date; null without it, or if that is
    /// over.
    /// </summary>
    public TimeSpan? RetryAfter
    {
        get
        {
            if (_response.Headers.RetryAfter is not { } header) return null;
            var wait = header.Delta ?? header.Date - _now;
            return wait > TimeSpan.Zero ? wait : null;
        }
    }

    /// <summary>How long it is until an instant; null where that is over.</summary>
    internal TimeSpan? Until(DateTimeOffset instant) => instant > _now ? instant - _now : null;

    /// <summary>A header of the answer; several values are joined by a comma.</summary>
    public string? Header(string name) =>
        _response.Headers.TryGetValues(name, out var values)
        || _response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>
    /// A scalar of a JSON body by its path, e.g. <c>error/message</c>, fit for a message as <see cref="Clean"/> makes
    /// it. Null where there is none.
    /// </summary>
    public string? Quote(string path) =>
        JsonPlace.Find(Body.Span, path)?.Text(Body.Span) is { Length: > 0 } text ? Clean(text) : null;

    /// <summary>
    /// A text of the vendor made fit for a message: at most 500 characters, on one line, and without the credentials of
    /// this source, which some vendors echo.
    /// </summary>
    public string Clean(string text)
    {
        text = ForeignText.Clean(text, _secrets);
        return text.Length <= QuoteLength ? text : text[..QuoteLength] + "…";
    }
}
