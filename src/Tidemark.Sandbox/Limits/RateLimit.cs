namespace Tidemark.Sandbox.Limits;

/// <summary>A token bucket: N requests a second on average, N at once after a pause. Off until set.</summary>
internal sealed class RateLimit(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _perSecond;
    private bool _tellsWhen;
    private double _tokens;
    private long _filledAt;

    /// <summary>Requests a second; 0 switches the limit off.</summary>
    public void Set(double perSecond)
    {
        lock (_gate)
        {
            _perSecond = perSecond;
            _tokens = perSecond;
            _filledAt = clock.GetTimestamp();
        }
    }

    /// <summary>Whether a refusal carries Retry-After.</summary>
    public void Tell(bool when)
    {
        lock (_gate) _tellsWhen = when;
    }

    /// <param name="retryAfter">Whole seconds until a request passes; null if the vendor does not state it.</param>
    public bool TryPass(out int? retryAfter)
    {
        retryAfter = null;
        lock (_gate)
        {
            if (_perSecond <= 0) return true;
            var now = clock.GetTimestamp();
            _tokens = Math.Min(
                Math.Max(_perSecond, 1),
                _tokens + clock.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond);
            _filledAt = now;
            if (_tokens >= 1)
            {
                _tokens--;
                return true;
            }

            if (_tellsWhen) retryAfter = Math.Max(1, (int)Math.Ceiling((1 - _tokens) / _perSecond));
            return false;
        }
    }
}
