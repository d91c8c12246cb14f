namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Sees a sequence come back to where it was, whatever the length of the loop, while remembering one item only: the
/// item of the last power of two (Brent's algorithm).
/// </summary>
internal sealed class LoopWatch<T>
    where T : class, IEquatable<T>
{
    private T? _landmark;
    private long _steps;
    private long _power = 1;

    /// <summary>Whether an item was met before. A loop is seen after at most three times its length.</summary>
    public bool HasSeen(T item)
    {
        if (item.Equals(_landmark)) return true;
        if (_landmark is null || ++_steps == _power)
        {
            (_landmark, _steps) = (item, 0);
            _power *= 2;
        }

        return false;
    }
}
