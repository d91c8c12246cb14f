using Microsoft.Extensions.Hosting;
using Tidemark.Engine;

namespace Tidemark.Server.Running;

/// <summary>Starts runs when they are due, carries them out, settles those whose process is gone, sends alerts, and cleans up, for as long as the server is up.</summary>
internal sealed class RunHosting(Home home, ServerOptions options) : BackgroundService
{
    /// <summary>Whether runs are being taken from the queue.</summary>
    public bool IsWorking { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IsWorking = true;
        try
        {
            await Task.WhenAll(
                home.Worker(options.MaxRuns).RunAsync(stoppingToken), home.Reconciler().RunAsync(stoppingToken),
                home.Scheduler().RunAsync(stoppingToken), home.AlertSender(options.PublicAddress).RunAsync(stoppingToken),
                home.Cleanup(options.KeepRunDays).RunAsync(stoppingToken));
        }
        finally
        {
            IsWorking = false;
        }
    }
}
