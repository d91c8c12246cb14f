using Microsoft.Extensions.Hosting;

namespace Tidemark.Sandbox.Serving;

/// <summary>
/// Leaves the signals of the process alone. The usual lifetime takes SIGTERM and SIGINT for itself, and the program
/// that the stand-ins are guests of would no longer end by them.
/// </summary>
internal sealed class GuestLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
