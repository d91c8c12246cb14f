using System.Net;
using System.Net.Sockets;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Keeps requests away from addresses that a setting must not reach: those of cloud metadata, link-local and
/// multicast always, loopback and private ranges unless allowed. It looks at the address that is connected to, so
/// that a name which resolves otherwise the second time does not help.
/// </summary>
/// <remarks>https://www.iana.org/assignments/iana-ipv4-special-registry and the IPv6 one.</remarks>
public static class AddressGuard
{
    private static readonly IPNetwork[] Never =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"), IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("::/128"), IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("ff00::/8"), IPNetwork.Parse("fd00:ec2::254/128"),
    ];

    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fec0::/10"),
    ];

    private static readonly IPNetwork[] EndsWithIPv4 =
    [
        IPNetwork.Parse("64:ff9b::/96"), IPNetwork.Parse("64:ff9b:1::/48"), IPNetwork.Parse("::ffff:0:0:0/96"), IPNetwork.Parse("::/96"),
    ];

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Whether an address may be called.</summary>
    public static bool Allows(IPAddress address, bool allowsPrivate)
    {
        var plain = Unwrap(address);
        return !Never.Any(range => range.Contains(plain)) && (allowsPrivate || !IsPrivate(plain));
    }

    /// <summary>
    /// For <see cref="SocketsHttpHandler.ConnectCallback"/>: connects to the first address that may be called.
    /// </summary>
    internal static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, bool allowsPrivate, CancellationToken cancellationToken)
    {
        var isPlain = context.InitialRequestMessage.RequestUri is { Scheme: "http" };
        return new NetworkStream(await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, isPlain, allowsPrivate, cancellationToken), ownsSocket: true);
    }

    /// <summary>Connects to the first address of a host that may be called.</summary>
    /// <param name="host">Its name or address.</param>
    /// <param name="port">The port.</param>
    /// <param name="isPlain">Whether what is sent is not encrypted: then only private addresses may be called.</param>
    /// <param name="allowsPrivate">Whether loopback and private addresses may be called.</param>
    /// <param name="cancellationToken">Cancels the connecting.</param>
    /// <exception cref="TidemarkException"><c>source.address_refused</c>, <c>source.not_encrypted</c> (configuration).</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, bool isPlain, bool allowsPrivate, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(address => Allows(address, allowsPrivate)).ToArray();
        if (allowed.Length == 0)
        {
            var privateWouldDo = addresses.Any(address => Allows(address, allowsPrivate: true));
            throw HttpErrors.AddressRefused(host, addresses.FirstOrDefault(), privateWouldDo);
        }

        if (isPlain && !allowed.All(address => IsPrivate(Unwrap(address)))) throw HttpErrors.NotEncrypted(host);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsPrivate(IPAddress plain) => Private.Any(range => range.Contains(plain));

    /// <summary>The IPv4 address within an IPv6 one, where there is one: mapped, compatible, translated, NAT64 or 6to4.</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        // Both begin as compatible ones do.
        if (address.Equals(IPAddress.IPv6Loopback) || address.Equals(IPAddress.IPv6Any)) return address;
        var bytes = address.GetAddressBytes();
        if (EndsWithIPv4.Any(range => range.Contains(address))) return new IPAddress(bytes.AsSpan(12, 4));
        return SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4)) : address;
    }
}
