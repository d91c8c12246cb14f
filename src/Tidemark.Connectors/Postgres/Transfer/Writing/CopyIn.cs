using System.Buffers;
using Npgsql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Passes a copy on to a table, byte by byte as it comes.</summary>
internal static class CopyIn
{
    private const int BufferBytes = 128 * 1024;

    /// <param name="connection">A connection with a transaction open.</param>
    /// <param name="into">The table and its columns.</param>
    /// <param name="isText">Whether the copy is in the text format, else in the binary one.</param>
    /// <param name="copy">The bytes. Where reading them fails, the server keeps none.</param>
    /// <param name="cancellationToken">Ends it: the server keeps none.</param>
    /// <exception cref="TidemarkException"><c>transfer.copy_cut</c> (transient): it ended in the middle.</exception>
    /// <param name="isFrozen">Whether the table was emptied in this transaction, and transactions that began before are to see the rows too.</param>
    /// <returns>Its rows.</returns>
    public static async Task<long> RunAsync(
        NpgsqlConnection connection, string into, bool isText, Stream copy, CancellationToken cancellationToken, bool isFrozen = false)
    {
        var freeze = isFrozen ? ", FREEZE" : "";
        var tally = new CopyTally(isText);
        if (isText)
        {
            var import = await connection.BeginTextImportAsync($"COPY {into} FROM STDIN (FORMAT TEXT{freeze})", cancellationToken);
            await PassAsync(copy, tally, import.BaseStream, import.CancelAsync, cancellationToken);
        }
        else
        {
            var import = await connection.BeginRawBinaryCopyAsync($"COPY {into} FROM STDIN (FORMAT BINARY{freeze})", cancellationToken);
            await PassAsync(copy, tally, import, import.CancelAsync, cancellationToken);
        }

        return tally.Rows;
    }

    private static async Task PassAsync(Stream copy, CopyTally tally, Stream server, Func<Task> cancel, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await copy.ReadAtLeastAsync(buffer, BufferBytes, throwOnEndOfStream: false, cancellationToken) is > 0 and var read)
            {
                tally.Add(buffer.AsSpan(0, read));
                await server.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            if (!tally.IsWhole)
                throw new TidemarkException(FailureKind.Transient, "transfer.copy_cut", "The rows of a table did not come to their end.") { Hint = "Run again." };
        }
        catch
        {
            await CancelAsync(cancel);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // Disposing tells the server that all rows have come.
        await server.DisposeAsync();
    }

    private static async Task CancelAsync(Func<Task> cancel)
    {
        try
        {
            await cancel();
        }
        catch (Exception gone) when (gone is NpgsqlException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // The connection is gone, and the server keeps nothing of its transaction. What is told is why the copy ended.
        }
    }
}
