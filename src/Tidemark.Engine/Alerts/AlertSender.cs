using System.Data.Common;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Alerts;

/// <summary>Finds what is news, makes messages of it and sends them. Any number of servers may do so over one catalog.</summary>
public sealed class AlertSender
{
    private const int AtOnce = 4;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StatesEvery = TimeSpan.FromMinutes(1);

    private readonly AlertWatch _watch;
    private readonly AlertTelling _telling;
    private readonly DeliveryCatalog _deliveries;
    private readonly DefinitionCatalog _definitions;
    private readonly Connections _connections;
    private readonly RunSignal _signal;
    private readonly TimeProvider _clock;
    private DateTimeOffset _statesAt = DateTimeOffset.MinValue;

    internal AlertSender(
        CatalogDatabase database, DefinitionCatalog definitions, Connections connections, RunStore runs, DeliveryCatalog deliveries, RunSignal signal,
        Uri? publicAddress, TimeProvider clock)
    {
        (_deliveries, _definitions, _connections, _signal, _clock) = (deliveries, definitions, connections, signal, clock);
        _watch = new(database, definitions, runs, clock);
        _telling = new(database, publicAddress, clock);
    }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var news = _signal.Next();
            await TryAsync(stop);
            await RunSignal.WaitAsync(news, LookEvery, _clock, stop);
        }
    }

    /// <summary>Does all that is due now, once.</summary>
    /// <returns>The messages that were tried, as they stand now.</returns>
    /// <exception cref="TidemarkException">The catalog cannot be read or written.</exception>
    public async Task<IReadOnlyList<Delivery>> SendAsync(CancellationToken cancellationToken)
    {
        await _watch.LookAsync(cancellationToken);
        if (_clock.GetUtcNow() - _statesAt >= StatesEvery)
        {
            await _watch.LookAtStatesAsync(cancellationToken);
            _statesAt = _clock.GetUtcNow();
        }

        await _telling.TellAsync(cancellationToken);
        var tried = new List<Delivery>();
        while (await _deliveries.ClaimAsync(AtOnce, cancellationToken) is { Count: > 0 } claimed)
            tried.AddRange(await Task.WhenAll(claimed.Select(delivery => SendAsync(delivery, cancellationToken))));
        return tried;
    }

    private async Task<Delivery> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var began = _clock.GetUtcNow();
        try
        {
            return await _deliveries.FinishAsync(delivery, await AttemptAsync(delivery, cancellationToken), began);
        }
        catch (OperationCanceledException)
        {
            await _deliveries.ReleaseAsync(delivery);
            throw;
        }
    }

    private async Task<ChannelReply> AttemptAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            return await ChannelTest.SendAsync(_connections, await _definitions.Channels.FindAsync(delivery.Channel, cancellationToken), delivery.Message, cancellationToken);
        }
        catch (TidemarkException gone) when (gone.Code == "channel.unknown")
        {
            return ChannelReply.Not(gone) with { IsFinal = true };
        }
        catch (TidemarkException unusable)
        {
            return ChannelReply.Not(unusable); // settings, or the key of the secrets: a person mends them
        }
#pragma warning disable CA1031 // A defect of a channel must not keep the others from their messages.
        catch (Exception defect) when (defect is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return ChannelReply.Not(new(FailureKind.Defect, "defect.unexpected", $"The attempt ended with {defect.GetType().Name}.", defect));
        }
    }

    private async Task TryAsync(CancellationToken stop)
    {
        try
        {
            await SendAsync(stop);
        }
        catch (Exception refused) when (refused is OperationCanceledException or TidemarkException or DbException)
        {
            // Stopped, or the catalog is locked or full just now: the next look tries again.
        }
    }
}
