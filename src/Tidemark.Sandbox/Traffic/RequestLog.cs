using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Traffic;

/// <summary>What was asked of one vendor, and how fast.</summary>
internal sealed class RequestLog(TimeProvider clock)
{
    private const int Kept = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<RequestEntry> _recent = new();
    private readonly Queue<long> _lastSecond = new();
    private readonly SortedDictionary<string, long> _byPath = new(StringComparer.Ordinal);
    private long _number;
    private long _count;
    private int _peak;
    private int _running;
    private int _mostRunning;
    private DateTimeOffset? _firstAt;
    private DateTimeOffset? _lastAt;

    public RequestEntry Begin(HttpRequest request, string route)
    {
        var at = clock.GetUtcNow();
        var query = QueryMask.Apply(request.QueryString.Value ?? "");
        lock (_gate)
        {
            var entry = new RequestEntry(_number++, at, request.Method, request.Path.Value ?? "/", query);
            _count++;
            _firstAt ??= at;
            _lastAt = at;
            _mostRunning = Math.Max(_mostRunning, ++_running);
            _byPath[route] = _byPath.GetValueOrDefault(route) + 1;
            NotePeak(clock.GetTimestamp());
            if (_recent.Count == Kept) _recent.Dequeue();
            _recent.Enqueue(entry);
            return entry;
        }
    }

    public void End(RequestEntry entry, string requestId)
    {
        lock (_gate)
        {
            _running--;
            entry.RequestId = requestId;
        }
    }

    public RequestSummary Read()
    {
        lock (_gate)
        {
            return new(
                _count, _firstAt, _lastAt, _peak, _mostRunning, new Dictionary<string, long>(_byPath), [.. _recent]);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _recent.Clear();
            _lastSecond.Clear();
            _byPath.Clear();
            _count = 0;
            _peak = 0;
            _mostRunning = _running;
            _firstAt = _lastAt = null;
        }
    }

    private void NotePeak(long now)
    {
        // Any window of one second, not the seconds of the clock: those hide a burst across their border.
        while (_lastSecond.TryPeek(out var oldest) && now - oldest >= clock.TimestampFrequency) _lastSecond.Dequeue();
        _lastSecond.Enqueue(now);
        _peak = Math.Max(_peak, _lastSecond.Count);
    }
}
