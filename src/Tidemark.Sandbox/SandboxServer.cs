using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Stripe;

namespace Tidemark.Sandbox;

/// <summary>The stand-in vendors, each on its own port of 127.0.0.1, and the port that controls them.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly Listener _stripe;
    private readonly Listener _control;

    private SandboxServer(Listener stripe, Listener control)
    {
        _stripe = stripe;
        _control = control;
    }

    public Uri Control => _control.Address;

    public Uri Stripe => _stripe.Address;

    /// <exception cref="ArgumentException">The size is below 1.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Size < 1) throw new ArgumentException("Size is at least 1.", nameof(options));

        var vendor = new StripeVendor(options);
        var stripe = await Listener.StartAsync(options.StripePort, new VendorDoor(vendor).Open, cancellationToken);
        try
        {
            var door = new ControlDoor([vendor]);
            return new(stripe, await Listener.StartAsync(options.ControlPort, door.Open, cancellationToken));
        }
        catch
        {
            await stripe.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stripe.DisposeAsync();
        await _control.DisposeAsync();
    }
}
