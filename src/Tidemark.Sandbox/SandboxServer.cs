using System.Reflection;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox;

/// <summary>
/// The stand-in vendors, each on its own port of 127.0.0.1, and the port that controls them. A vendor is found by its
/// class; nothing is registered.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly List<Listener> _listeners = [];
    private readonly Dictionary<string, Uri> _vendors = new(StringComparer.Ordinal);

    private SandboxServer()
    {
    }

    public Uri Control => _listeners[^1].Address;

    /// <summary>Addresses by the vendor's name, e.g. <c>stripe</c>.</summary>
    public IReadOnlyDictionary<string, Uri> Vendors => _vendors;

    /// <exception cref="ArgumentException">The size is below 1.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Size < 1) throw new ArgumentException("Size is at least 1.", nameof(options));

        var server = new SandboxServer();
        try
        {
            var vendors = MakeVendors(options);
            foreach (var vendor in vendors)
            {
                var listener = await Listener.StartAsync(
                    Port(options, vendor.PortOffset), new VendorDoor(vendor).Open, cancellationToken);
                server._listeners.Add(listener);
                server._vendors[vendor.Name] = listener.Address;
            }

            server._listeners.Add(await Listener.StartAsync(
                Port(options, 0), new ControlDoor(vendors).Open, cancellationToken));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners) await listener.DisposeAsync();
    }

    private static int Port(SandboxOptions options, int offset) => options.Port == 0 ? 0 : options.Port + offset;

    private static List<Vendor> MakeVendors(SandboxOptions options) =>
        [.. Assembly.GetExecutingAssembly().GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Vendor)) && !type.IsAbstract)
            .Select(type => (Vendor)Activator.CreateInstance(type, options)!)
            .OrderBy(vendor => vendor.PortOffset)];
}
