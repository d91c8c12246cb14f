namespace Tidemark.Output;

/// <summary>How fast one stream goes, over the last seconds, so that a pause shows.</summary>
internal sealed class StreamPace(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    // One a second at most: the window holds few.
    private readonly Queue<(long At, long Read)> _samples = new();
    private (long At, long Read) _last;

    /// <summary>Records a second; null until there is something to measure.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>Notes how many records were read by now.</summary>
    public void See(long read)
    {
        var now = clock.GetTimestamp();
        if (_samples.Count == 0 || clock.GetElapsedTime(_last.At, now) >= Least)
        {
            _last = (now, read);
            _samples.Enqueue(_last);
        }

        while (_samples.Count > 1 && clock.GetElapsedTime(_samples.Peek().At, now) > Window) _samples.Dequeue();
        var (from, before) = _samples.Peek();
        var elapsed = clock.GetElapsedTime(from, now);
        if (elapsed >= Least) PerSecond = (read - before) / elapsed.TotalSeconds;
    }

    /// <summary>How long the rest takes at this pace; null where that is not known.</summary>
    public TimeSpan? Left(long rest) =>
        PerSecond is > 0 and var pace && rest / pace < TimeSpan.FromDays(99).TotalSeconds ? TimeSpan.FromSeconds(rest / pace) : null;
}
