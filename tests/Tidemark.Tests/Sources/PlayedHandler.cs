using System.Net;
using System.Net.Http.Headers;

namespace Tidemark.Tests.Sources;

/// <summary>Answers without a network, so that thousands of readings can be played; each answer takes a few turns.</summary>
internal sealed class PlayedHandler(Func<PlayedRequest, PlayedAnswer> answer) : HttpMessageHandler
{
    private int _asked;

    public int Asked => _asked;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Answers overtake each other, differently each time a reading is played.
        for (var turns = Interlocked.Increment(ref _asked) * 7 % 5; turns > 0; turns--) await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var headers = request.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
        PlayedAnswer said;
        lock (this) said = answer(new PlayedRequest(request.Method.Method, request.RequestUri!.PathAndQuery, headers, body));
        var response = new HttpResponseMessage((HttpStatusCode)said.Status) { Content = new ByteArrayContent(said.Body) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in said.Headers) response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }
}
