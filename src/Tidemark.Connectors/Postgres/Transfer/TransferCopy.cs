using Npgsql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>The bytes of a COPY as the server sends them. Cancelled or disposed of before its end, it ends the statement on the server.</summary>
internal sealed class TransferCopy : Stream
{
    // A server that can be reached ends a statement at once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _broken = new();
    private readonly TransferTable _table;
    private readonly TransferLink _link;
    private readonly NpgsqlRawCopyStream _raw;
    private readonly IAsyncDisposable _owner;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private bool _isWhole;
    private bool _isDisposed;

    private TransferCopy(TransferTable table, TransferLink link, NpgsqlRawCopyStream raw, IAsyncDisposable owner, CancellationToken cancellationToken)
    {
        (_table, _link, _raw, _owner, _cancellation) = (table, link, raw, owner, cancellationToken);
        _registration = cancellationToken.Register(() => _ = EndAsync());
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Begins it on a connection that is given back with its end.</summary>
    /// <param name="table">The table.</param>
    /// <param name="link">The connection.</param>
    /// <param name="select">What is copied.</param>
    /// <param name="keys">The keys that it speaks of; null for none.</param>
    /// <param name="cancellationToken">Ends it, also while it is read.</param>
    public static async Task<TransferCopy> BeginAsync(
        TransferTable table, TransferLink link, string select, IReadOnlyList<RowKey>? keys, CancellationToken cancellationToken)
    {
        try
        {
            return await TransferErrors.ExplainedAsync(table, async () =>
            {
                if (keys is not null) await KeySql.SetAsync(link.Connection, table, keys, cancellationToken);
                if (!table.InText)
                {
                    var raw = await link.Connection.BeginRawBinaryCopyAsync($"COPY ({select}) TO STDOUT (FORMAT binary)", cancellationToken);
                    return new TransferCopy(table, link, raw, raw, cancellationToken);
                }

                // The reader of letters is not read: the bytes beneath it pass as they are.
                var text = await link.Connection.BeginTextExportAsync($"COPY ({select}) TO STDOUT (FORMAT text)", cancellationToken);
                return new TransferCopy(table, link, (NpgsqlRawCopyStream)text.BaseStream, text, cancellationToken);
            });
        }
        catch
        {
            link.Spoil();
            await link.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isWhole || buffer.IsEmpty) return 0;
        // Ended by the server at our word, not by closing the connection: it would go on there until it has something to send.
        await using var cancels = cancellationToken.Register(() => _ = EndAsync());
        try
        {
            // The server sends each row by itself: a reading that gave one row would be made millions of times.
            var read = await _raw.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, _broken.Token);
            _isWhole = read < buffer.Length;
            return read;
        }
        catch (Exception failure)
        {
            _link.Spoil();
            cancellationToken.ThrowIfCancellationRequested();
            _cancellation.ThrowIfCancellationRequested();
            if (TransferErrors.Explain(_table, failure) is { } explained) throw explained;
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A copy is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _registration.DisposeAsync();
        if (!_isWhole)
        {
            _link.Spoil();
            // Closing would read the rest.
            await EndAsync();
        }

        try
        {
            await _owner.DisposeAsync();
        }
        catch (Exception failure) when (!_isWhole && failure is NpgsqlException or InvalidOperationException)
        {
            // It was ended, and says so.
        }

        await _link.DisposeAsync();
        _broken.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Asks the server to end it; where no answer comes, the connection is given up.</summary>
    private async Task EndAsync()
    {
        try
        {
            if (_isWhole) return;
            _broken.CancelAfter(Patience);
            await _raw.CancelAsync();
        }
        catch (Exception ended) when (ended is ObjectDisposedException or NpgsqlException)
        {
            // It had come to its end, or the connection to its.
        }
    }
}
