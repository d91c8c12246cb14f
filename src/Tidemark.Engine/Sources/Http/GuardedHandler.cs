using System.Net;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Makes the connections of everything that calls an address which a setting gives.</summary>
public static class GuardedHandler
{
    /// <param name="maxConnections">To one server at once.</param>
    /// <param name="allowsPrivateNetwork">Whether loopback and private addresses may be called, and plain http with them.</param>
    public static SocketsHttpHandler Create(int maxConnections, bool allowsPrivateNetwork) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        // Behind a proxy the guard would see the proxy's address instead of the vendor's.
        UseProxy = false,
        MaxConnectionsPerServer = maxConnections,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, cancellationToken) =>
            AddressGuard.ConnectAsync(context, allowsPrivateNetwork, cancellationToken),
    };
}
