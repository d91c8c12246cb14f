using Tidemark.Sandbox;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>
/// A home with the pipeline <c>payments</c>, which reads customers of the stand-in for Stripe (<c>shop</c>) into a SQLite database
/// (<c>db</c>), and the commands typed there.
/// </summary>
/// <param name="size">Customers of the stand-in.</param>
/// <param name="isSynced">Whether the pipeline has run once.</param>
internal sealed class PaymentsBench(int size, bool isSynced = false) : IAsyncLifetime
{
    private SandboxServer? _sandbox;
    private VendorControl? _vendor;

    public CommandBench Bench { get; } = new();

    /// <summary>The stand-in.</summary>
    public SandboxServer Sandbox => _sandbox ?? throw new InvalidOperationException("It begins with InitializeAsync.");

    /// <summary>The stand-in's control port.</summary>
    public VendorControl Vendor => _vendor ??= new(Sandbox, "stripe");

    /// <summary>File of the database.</summary>
    public string Data => Bench.File("db.sqlite");

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = size, Port = 0 }, CommandBench.Cancel);
        await Bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers");
        if (isSynced) await DoAsync("sync", "payments");
    }

    public async ValueTask DisposeAsync()
    {
        _vendor?.Dispose();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        Bench.Dispose();
    }

    /// <inheritdoc cref="CommandBench.RunAsync"/>
    public Task<Answer> RunAsync(params string[] args) => Bench.RunAsync(args);

    /// <inheritdoc cref="CommandBench.DoAsync"/>
    public Task<Answer> DoAsync(params string[] args) => Bench.DoAsync(args);

    /// <inheritdoc cref="CommandBench.LatestAsync"/>
    public Task<string> LatestAsync() => Bench.LatestAsync();

    /// <summary>Deletes records at the vendor, who tells nobody.</summary>
    public Task DeleteAsync(string stream, int count) => Vendor.MutateAsync(stream, new { delete = new { count }, events = false });
}
