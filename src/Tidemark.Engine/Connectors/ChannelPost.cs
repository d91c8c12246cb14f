using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Engine.Connectors;

/// <summary>
/// Posts messages to an address that a setting gives, under the same rules as sources are read: no link-local or metadata address, no private one unless
/// allowed, no redirect followed.
/// </summary>
public sealed partial class ChannelPost : IDisposable
{
    private const int MaxAnswerBytes = 4096;

    private readonly HttpClient _client;
    private readonly Uri _address;

    /// <param name="address">http or https.</param>
    /// <param name="allowsPrivateNetwork">Whether loopback and private addresses may be called, and plain http with them.</param>
    public ChannelPost(Uri address, bool allowsPrivateNetwork)
    {
        _address = address;
        _client = new(GuardedHandler.Create(maxConnections: 1, allowsPrivateNetwork)) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new("Tidemark", null));
    }

    /// <summary>Seconds that the other side has to answer.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Posts a body of JSON.</summary>
    /// <param name="body">The body.</param>
    /// <param name="headers">Headers beside the usual ones.</param>
    /// <param name="clock">Measures the patience.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public async Task<ChannelReply> SendAsync(
        ReadOnlyMemory<byte> body, IEnumerable<KeyValuePair<string, string>> headers, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            return Reply(answer.StatusCode, answer.IsSuccessStatusCode ? "" : await BeginningAsync(answer.Content, stop.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ChannelReply.Not(ChannelErrors.Slow(_address.Host, Patience));
        }
        catch (HttpRequestException failure)
        {
            return ChannelReply.Not(failure.InnerException switch
            {
                TidemarkException refused => ChannelErrors.Guarded(_address.Host, refused),
                AuthenticationException => ChannelErrors.Certificate(_address.Host, failure),
                _ => ChannelErrors.Unreachable(_address.Host, failure),
            });
        }
        catch (IOException cut)
        {
            return ChannelReply.Not(ChannelErrors.Unreachable(_address.Host, cut));
        }
    }

    public void Dispose() => _client.Dispose();

    private ChannelReply Reply(HttpStatusCode status, string said)
    {
        var number = (int)status;
        return number switch
        {
            >= 200 and < 300 => new(number),
            >= 300 and < 400 => ChannelReply.Not(ChannelErrors.Redirected(_address.Host, number), number),
            410 => ChannelReply.Not(ChannelErrors.Gone(_address.Host), number) with { IsFinal = true },
            _ => ChannelReply.Not(ChannelErrors.Refused(_address.Host, string.Create(CultureInfo.InvariantCulture, $"{number}{said}"), number), number),
        };
    }

    /// <summary>What a server says that is a word or two, such as <c>invalid_token</c>; anything else may repeat what was sent.</summary>
    private static async Task<string> BeginningAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxAnswerBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        var text = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return Words.IsMatch(text) ? $" {text}" : "";
    }

    [GeneratedRegex(@"\A[A-Za-z_ ]{1,60}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words { get; }
}
