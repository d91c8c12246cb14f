using System.Globalization;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>Points that queries cost and that come back by the second, as Shopify counts them. Off until set.</summary>
/// <remarks>https://shopify.dev/docs/api/usage/limits.</remarks>
internal sealed class CostBucket(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _most;
    private double _rate;
    private double _left;
    private long _filledAt;

    /// <summary>Most points that there are, and how many come back a second; 0 points switch it off.</summary>
    public void Set(double most, double rate)
    {
        lock (_gate) (_most, _rate, _left, _filledAt) = (most, rate, most, clock.GetTimestamp());
    }

    /// <summary>Takes the cost of a query, if it is there.</summary>
    /// <param name="cost">In points.</param>
    /// <param name="extensions">What the answer says of it; null while it is off.</param>
    public bool TryTake(double cost, out string? extensions)
    {
        lock (_gate)
        {
            extensions = null;
            if (_most <= 0) return true;
            var now = clock.GetTimestamp();
            _left = Math.Min(_most, _left + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * _rate));
            _filledAt = now;
            var passes = cost <= _left;
            if (passes) _left -= cost;
            var status = string.Create(CultureInfo.InvariantCulture,
                $"\"maximumAvailable\":{_most},\"currentlyAvailable\":{_left:0.##},\"restoreRate\":{_rate}");
            var costs = string.Create(CultureInfo.InvariantCulture,
                $"\"requestedQueryCost\":{cost},\"actualQueryCost\":{(passes ? cost : "null")}");
            extensions = "{\"cost\":{" + costs + ",\"throttleStatus\":{" + status + "}}}";
            return passes;
        }
    }
}
