using System.Net;
using System.Net.Sockets;

namespace Tidemark.Tests.Destinations;

/// <summary>Stands between a client and a server and cuts every connection, once, when the client has sent so much.</summary>
internal sealed class CutConnections : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly (string Host, int Port) _server;
    private readonly CancellationTokenSource _end = new();
    private readonly List<TcpClient> _open = [];
    private readonly Lock _lock = new();
    private int _left = int.MaxValue;

    /// <param name="host">Host of the server.</param>
    /// <param name="port">Port of the server.</param>
    /// <param name="own">The port that clients connect to; 0 for any.</param>
    public CutConnections(string host, int port, int own = 0)
    {
        _server = (host, port);
        _listener = new(IPAddress.Loopback, own);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether the cut has come.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Lets the client send so many times more, then cuts.</summary>
    public void CutAfter(int sends)
    {
        lock (_lock) (_left, WasCut) = (sends, false);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        CutAll();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                var server = new TcpClient { NoDelay = true };
                await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
                client.NoDelay = true;
                lock (_lock) _open.AddRange([client, server]);
                _ = PassOnAsync(client, server, isFromClient: true);
                _ = PassOnAsync(server, client, isFromClient: false);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassOnAsync(TcpClient from, TcpClient to, bool isFromClient)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is var read and > 0)
            {
                if (isFromClient && IsCut()) CutAll();
                else await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }

            to.Close();
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or InvalidOperationException)
        {
            to.Close();
        }
    }

    private bool IsCut()
    {
        lock (_lock)
        {
            if (WasCut || --_left > 0) return false;
            return WasCut = true;
        }
    }

    private void CutAll()
    {
        lock (_lock)
        {
            foreach (var connection in _open)
            {
                if (connection.Connected) connection.LingerState = new LingerOption(true, 0); // as a firewall does
                connection.Close();
            }

            _open.Clear();
        }
    }
}
