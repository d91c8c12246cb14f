using System.Globalization;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>The lines of one run, written in batches and capped, so that a run over bad data cannot fill the disk.</summary>
internal sealed class RunLog(CatalogDatabase database, TimeProvider clock, string run) : IDisposable
{
    /// <summary>Lines of a run; the last one says that the log is full.</summary>
    public const int MaxLines = 10_000;

    /// <summary>Letters of a line; the rest is cut.</summary>
    public const int MaxLetters = 4_000;

    private const int FlushAt = 500;

    private readonly SemaphoreSlim _flushing = new(1);
    private readonly Lock _adding = new();
    private readonly List<Line> _waiting = [];
    private long _seq;

    /// <summary>Called with every line that is kept; null where nobody reads them as they come.</summary>
    public Action<RunLogLine>? OnLine { get; set; }

    public async Task AddAsync(RunLogLevel level, string? stream, string message, CancellationToken cancellationToken)
    {
        if (Add(level, stream, message) >= FlushAt) await FlushAsync(cancellationToken);
    }

    /// <summary>Takes a line without writing it: the next flush does.</summary>
    /// <returns>How many lines wait to be written.</returns>
    public int Add(RunLogLevel level, string? stream, string message)
    {
        message = PlainLine.Of(message);
        if (message.Length > MaxLetters) message = message[..MaxLetters] + "…";
        RunLogLine line;
        int waiting;
        lock (_adding)
        {
            if (_seq == MaxLines) return _waiting.Count;
            line = new(++_seq, clock.GetUtcNow(), level, stream, message);
            if (_seq == MaxLines)
            {
                line = line with
                {
                    Level = RunLogLevel.Warning,
                    Stream = null,
                    Message = string.Create(CultureInfo.InvariantCulture,
                        $"The log of this run is full at {MaxLines:N0} lines; what comes after is not kept."),
                };
            }

            _waiting.Add(new Line(run, line.Seq, line.At.ToUnixTimeMilliseconds(),
                line.Level.ToString().ToLowerInvariant(), line.Stream, CatalogText.Encode(line.Message)));
            waiting = _waiting.Count;
        }

        OnLine?.Invoke(line);
        return waiting;
    }

    /// <summary>Makes what was added so far durable. Lines stay in hand where it throws.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            List<Line> lines;
            lock (_adding) lines = [.. _waiting];
            if (lines.Count == 0) return;
            await database.WriteAsync(connection => connection.ExecuteAsync("""
                INSERT INTO run_logs (run, seq, at, level, stream, message)
                VALUES (@Run, @Seq, @At, @Level, @Stream, @Message)
                """, lines), cancellationToken);
            lock (_adding) _waiting.RemoveRange(0, lines.Count);
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose() => _flushing.Dispose();

    private sealed record Line(string Run, long Seq, long At, string Level, string? Stream, string Message);
}
