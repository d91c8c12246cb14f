using Microsoft.Extensions.Hosting;

namespace Tidemark.Server;

/// <summary>Leaves the signals of the process to the program that serves.</summary>
internal sealed class GuestLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
