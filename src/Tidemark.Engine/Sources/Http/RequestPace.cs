using System.Threading.RateLimiting;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// When the next request may be sent: requests at once, requests per second, and a pause for all of them.
/// </summary>
internal sealed class RequestPace(double requestsPerSecond, int maxConcurrent, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim _slots = new(maxConcurrent, maxConcurrent);
    private readonly TokenBucketRateLimiter? _bucket = requestsPerSecond > 0 ? Bucket(requestsPerSecond) : null;
    private readonly Lock _pausing = new();
    private DateTimeOffset _resumeAt;

    /// <summary>Waits for a turn. Disposing the slot, once the answer is read, lets the next request begin.</summary>
    public async ValueTask<Slot> EnterAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            await PauseAsync(cancellationToken);
            if (_bucket is not null)
            {
                using var lease = await _bucket.AcquireAsync(1, cancellationToken);
                // A pause may have begun while this request queued for its token.
                await PauseAsync(cancellationToken);
            }

            return new Slot(_slots);
        }
        catch
        {
            _slots.Release();
            throw;
        }
    }

    /// <summary>Lets every request wait that is not on its way yet. A longer pause that runs already stays.</summary>
    public void PauseFor(TimeSpan wait)
    {
        var until = clock.GetUtcNow() + wait;
        lock (_pausing)
        {
            if (until > _resumeAt) _resumeAt = until;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_bucket is not null) await _bucket.DisposeAsync();
        _slots.Dispose();
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        while (Remaining() is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken);
    }

    private TimeSpan Remaining()
    {
        lock (_pausing) return _resumeAt - clock.GetUtcNow();
    }

    /// <summary>
    /// A tenth of a second's requests at a time, so that no second has more than the rate and that tenth.
    /// </summary>
    private static TokenBucketRateLimiter Bucket(double rate)
    {
        var tokens = Math.Max(1, (int)Math.Ceiling(rate / 10));
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = tokens,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds(tokens / rate),
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    public readonly struct Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
