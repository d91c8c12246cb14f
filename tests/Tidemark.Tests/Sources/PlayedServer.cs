using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tidemark.Tests.Sources;

/// <summary>A real HTTP/1.1 server on loopback that answers as a test says, faults included. One request a connection.</summary>
internal sealed class PlayedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<PlayedRequest, PlayedAnswer> _answer;

    public PlayedServer(Func<PlayedRequest, PlayedAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ListenAsync();
    }

    public ConcurrentQueue<PlayedRequest> Requests { get; } = new();

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            var request = await ReadAsync(stream);
            Requests.Enqueue(request);
            var answer = _answer(request);
            if (answer.Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
            await Task.Delay(answer.Delay, _stop.Token);
            var head = new StringBuilder($"HTTP/1.1 {answer.Status} Played\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n");
            foreach (var (name, value) in answer.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            if (!answer.Headers.ContainsKey("Content-Type")) head.Append("Content-Type: application/json\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
            await stream.WriteAsync(answer.Body.AsMemory(0, answer.CutAt ?? answer.Body.Length), _stop.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client left, or the test is over.
        }
    }

    private async Task<PlayedRequest> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var line = (await reader.ReadLineAsync(_stop.Token) ?? throw new IOException("No request.")).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
            headers[header[..header.IndexOf(':', StringComparison.Ordinal)]] = header[(header.IndexOf(':', StringComparison.Ordinal) + 2)..];
        var body = new char[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        if (body.Length > 0) await reader.ReadBlockAsync(body, _stop.Token);
        return new PlayedRequest(line[0], line[1], headers, new string(body));
    }
}

internal sealed record PlayedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Path => Target.Split('?')[0];

    public ILookup<string, string> Query => (Target.Contains('?', StringComparison.Ordinal) ? Target.Split('?', 2)[1] : "")
        .Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
        .ToLookup(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]));

    public string? this[string name] => Query[name].FirstOrDefault();

    public long? Number(string name) => this[name] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}

internal sealed record PlayedAnswer(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public bool Hangs { get; init; }

    public TimeSpan Delay { get; init; }

    /// <summary>Bytes of the body after which the connection is closed.</summary>
    public int? CutAt { get; init; }

    public static PlayedAnswer Json(string body, int status = 200) => new(status, Encoding.UTF8.GetBytes(body));
}
