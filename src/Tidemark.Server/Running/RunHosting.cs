using Microsoft.Extensions.Hosting;
using Tidemark.Engine;

namespace Tidemark.Server.Running;

/// <summary>Carries queued runs out, and settles those whose process is gone, for as long as the server is up.</summary>
internal sealed class RunHosting(Home home, ServerOptions options) : BackgroundService
{
    /// <summary>Whether runs are being taken from the queue.</summary>
    public bool IsWorking { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IsWorking = true;
        try
        {
            await Task.WhenAll(home.Worker(options.MaxRuns).RunAsync(stoppingToken), home.Reconciler().RunAsync(stoppingToken));
        }
        finally
        {
            IsWorking = false;
        }
    }
}
