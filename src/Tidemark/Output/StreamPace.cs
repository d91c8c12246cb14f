using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>What one stream is doing and how fast, measured from its figures as they change.</summary>
internal sealed class StreamPace(TimeProvider clock)
{
    private StreamFigures? _seen;
    private long _startedAt;

    /// <summary>As markup.</summary>
    public string Phase { get; private set; } = "";

    /// <summary>Since its first records came, its time in the queue left out; null while none did.</summary>
    public long? RowsPerSecond { get; private set; }

    public void See(StreamFigures figures)
    {
        if (_startedAt == 0 && figures.Read > 0) _startedAt = clock.GetTimestamp();
        // A stream's time stops when it has been read.
        var isRead = _seen is not null && _seen.Seconds == figures.Seconds;
        var isReading = !isRead && figures is { Read: > 0, Error: null, Receipt: null };
        Phase = figures switch
        {
            { Error: not null } => "[red]failed[/]",
            { Receipt: { } receipt } => receipt.IsVerified ? "[green]verified[/]" : "[red]does not fit[/]",
            _ when isRead => "read, waits for the others",
            _ when isReading => "[blue]reading[/]",
            _ => "[grey]waiting[/]",
        };
        if (isReading && clock.GetElapsedTime(_startedAt) is { TotalSeconds: > 0.5 } elapsed)
            RowsPerSecond = (long)(figures.Read / elapsed.TotalSeconds);
        _seen = figures;
    }
}
