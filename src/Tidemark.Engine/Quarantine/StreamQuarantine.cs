using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Quarantine;

/// <summary>
/// The quarantine of one stream as one run sees it: what it puts in, what it tries again, and what it settles by reading
/// a newer version. An entry never outlives a newer row of its key, so that an old payload cannot overwrite that.
/// </summary>
internal sealed class StreamQuarantine(CatalogDatabase database, TimeProvider clock, string pipeline, string stream, string run)
{
    private const int PageBytes = 1024 * 1024;
    private const int KeysAtOnce = 500;

    // Hashes of the keys in quarantine: 8 bytes each. Two keys of one hash cost a look into the catalog, nothing else.
    private readonly HashSet<ulong> _open = [];
    private readonly HashSet<ulong> _own = [];

    // Hashes of payloads without a key that the reading may meet once more. Beyond that, an equal one is another record.
    private readonly HashSet<ulong> _metBefore = [];
    private bool _hasOvertaken;

    /// <summary>Learns what is in quarantine.</summary>
    /// <param name="since">Start of the reading that is resumed: entries last seen after it belong to that reading.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    /// <returns>How many entries belong to that reading.</returns>
    public async Task<long> OpenAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var count = 0L;
        var entries = database.EachAsync(connection => connection.QueryUnbufferedAsync<(string? Key, byte[]? Keyless, long IsOwn)>("""
            SELECT key, CASE WHEN key IS NULL THEN payload END, CASE WHEN last_seen >= @since AND settled_by <> 'newer' THEN 1 ELSE 0 END
            FROM quarantine WHERE pipeline = @pipeline AND stream = @stream AND (key IS NOT NULL OR last_seen >= @since)
            """, new { pipeline, stream, since = Milliseconds(since) }), cancellationToken);
        await foreach (var (key, keyless, isOwn) in entries)
        {
            count += isOwn;
            var hash = key is null ? ContentHash.Of(keyless) : HashOf(CatalogText.Decode(key));
            if (key is not null) _open.Add(hash);
            if (isOwn != 0) (key is null ? _metBefore : _own).Add(hash);
        }

        return count;
    }

    /// <summary>
    /// Puts records in; they are durable when this returns. A record is in quarantine once, by its key or, where it has
    /// none, by code and payload: its latest payload, run, time and reason count.
    /// </summary>
    public async Task AddAsync(IReadOnlyCollection<QuarantinedRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0) return;
        await database.WriteAsync(async connection =>
        {
            foreach (var record in records) await AddAsync(connection, record);
        }, cancellationToken);
        foreach (var key in records.Select(record => record.Key).OfType<string>())
        {
            _open.Add(HashOf(key));
            _own.Add(HashOf(key));
        }
    }

    /// <summary>Within the catalog's write lock: nobody puts the same record in between the two statements.</summary>
    private async Task AddAsync(DbConnection connection, QuarantinedRecord record)
    {
        var payload = Encoding.UTF8.GetBytes(record.Payload);
        var next = record.Reason.Next is { } step ? NextAnswer.From(step) : null;
        var values = new
        {
            pipeline,
            stream,
            key = record.Key is null ? null : CatalogText.Encode(record.Key),
            run,
            record.Reason.Code,
            subject = CatalogText.Encode(record.Reason.Subject),
            message = CatalogText.Encode(record.Reason.Message),
            hint = record.Reason.Hint is null ? null : CatalogText.Encode(record.Reason.Hint),
            nextAct = next?.Act,
            nextOf = next?.Of is { } of ? CatalogText.Encode(of) : null,
            payload,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(payload)),
            now = Milliseconds(clock.GetUtcNow()),
            settledBy = record.CanRetry ? "retry" : "reading",
        };
        var same = record.Key is null ? "key IS NULL AND code = @Code AND payload_sha256 = @sha256" : "key = @key";
        if (await connection.ExecuteAsync($"""
            UPDATE quarantine SET
                run = @run, code = @Code, subject = @subject, message = @message, hint = @hint, next_act = @nextAct,
                next_of = @nextOf, payload = @payload, payload_sha256 = @sha256, last_seen = @now, settled_by = @settledBy
            WHERE pipeline = @pipeline AND stream = @stream AND {same}
            """, values) > 0)
            return;

        await connection.ExecuteAsync("""
            INSERT INTO quarantine (pipeline, stream, key, run, code, subject, message, hint, next_act, next_of, payload,
                                    payload_sha256, first_seen, last_seen, settled_by)
            VALUES (@pipeline, @stream, @key, @run, @Code, @subject, @message, @hint, @nextAct, @nextOf, @payload, @sha256, @now, @now, @settledBy)
            """, values);
    }

    /// <summary>What can be tried again, the oldest first, as pages that do not move the cursor.</summary>
    public async IAsyncEnumerable<Page> PagesAsync(Cursor cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var payloads = database.EachAsync(connection => connection.QueryUnbufferedAsync<(byte[] Payload, string? Key)>("""
            SELECT payload, key FROM quarantine
            WHERE pipeline = @pipeline AND stream = @stream AND settled_by = 'retry' AND run <> @run ORDER BY id
            """, new { pipeline, stream, run }), cancellationToken);
        var page = new List<byte[]>();
        var bytes = 0;
        await foreach (var (payload, key) in payloads)
        {
            if (key is null) _metBefore.Add(ContentHash.Of(payload));
            page.Add(payload);
            bytes += payload.Length;
            if (bytes < PageBytes) continue;
            yield return PageOf(page, bytes, cursor);
            (page, bytes) = ([], 0);
        }

        if (page.Count > 0) yield return PageOf(page, bytes, cursor);
    }

    /// <summary>How many records wait for a reading that gives them anew, this run's own not counted.</summary>
    public Task<int> StillWaitingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalarAsync<int>(
            "SELECT count(*) FROM quarantine WHERE pipeline = @pipeline AND stream = @stream AND settled_by = 'reading' AND run <> @run",
            new { pipeline, stream, run }), cancellationToken);

    /// <summary>Takes out what was tried again and not put back. Called once that is durable.</summary>
    public Task SettleRetriedAsync(CancellationToken cancellationToken) =>
        SettleAsync("settled_by = 'retry' AND run <> @run", cancellationToken);

    /// <summary>
    /// Stops retries of records that have a newer version in the batch. Called before the batch is
    /// committed: an entry that outlived its newer row would overwrite it.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="unfit">Its records that cannot become rows.</param>
    /// <param name="cancellationToken">Before anything is changed.</param>
    /// <returns>How many of them this reading itself had put in.</returns>
    public async Task<int> OvertakeAsync(RowBatch batch, IReadOnlyList<QuarantinedRecord> unfit, CancellationToken cancellationToken)
    {
        var own = _metBefore.Count == 0 ? 0 : unfit.Count(record => record.Key is null && _metBefore.Remove(HashOf(record.Payload)));
        if (_open.Count == 0) return own;
        var keys = new List<string>();
        for (var row = 0; row < batch.Count; row++)
        {
            if (batch.IsSuperseded(row)) continue;
            var key = batch.KeyText(row);
            var hash = HashOf(key);
            if (batch.Kind(row) == RowKind.Unfit)
            {
                // It goes in again as the same entry, and is counted as that one.
                if (_own.Contains(hash)) own++;
                continue;
            }

            if (!_open.Remove(hash)) continue;
            keys.Add(key);
            if (_own.Remove(hash)) own++;
        }

        foreach (var some in keys.Chunk(KeysAtOnce))
        {
            // One parameter a key: only PostgreSQL takes them as an array.
            var values = new DynamicParameters(new { pipeline, stream, run });
            for (var at = 0; at < some.Length; at++) values.Add(Key(at), CatalogText.Encode(some[at]));
            var list = string.Join(", ", some.Select((_, at) => "@" + Key(at)));
            await database.WriteAsync(connection => connection.ExecuteAsync($"""
                UPDATE quarantine SET settled_by = 'newer', run = @run
                WHERE pipeline = @pipeline AND stream = @stream AND key IN ({list})
                """, values), cancellationToken);
        }

        _hasOvertaken = keys.Count > 0;

        return own;
    }

    /// <summary>Takes out what the batch before has overtaken, once that is live; what was refused again is back in.</summary>
    public async Task SettleOvertakenAsync(CancellationToken cancellationToken)
    {
        if (!_hasOvertaken) return;
        _hasOvertaken = false;
        await SettlePublishedAsync(isComplete: false, cancellationToken);
    }

    /// <summary>
    /// A complete reading that began then has not met the older entries any more: they wait for its publish, and no
    /// payload of theirs is tried again.
    /// </summary>
    public Task RetireUnmetAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.ExecuteAsync("""
            UPDATE quarantine SET settled_by = 'newer'
            WHERE pipeline = @pipeline AND stream = @stream AND last_seen < @since AND run <> @run
            """, new { pipeline, stream, run, since = Milliseconds(since) }), cancellationToken);

    /// <summary>Takes out what a newer version has taken the place of, once that is durable.</summary>
    /// <param name="isComplete">Whether everything was read; else only what this run has overtaken.</param>
    /// <param name="cancellationToken">Before anything is changed.</param>
    public Task SettlePublishedAsync(bool isComplete, CancellationToken cancellationToken) =>
        SettleAsync("settled_by = 'newer'" + (isComplete ? "" : " AND run = @run"), cancellationToken);

    private Task<int> SettleAsync(string which, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => SettledQuarantine.SettleAsync(
                connection, $"pipeline = @pipeline AND stream = @stream AND {which}", new { pipeline, stream, run }),
            cancellationToken);

    private static Page PageOf(List<byte[]> payloads, int bytes, Cursor cursor)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        var places = new List<RecordSlice>(payloads.Count);
        var at = 0;
        foreach (var payload in payloads)
        {
            payload.CopyTo(buffer, at);
            places.Add(new RecordSlice(at, payload.Length));
            at += payload.Length;
        }

        return new Page(buffer, bytes, places, cursor);
    }

    private static string Key(int at) => string.Create(CultureInfo.InvariantCulture, $"key{at}");

    private static ulong HashOf(string text) => ContentHash.Of(Encoding.UTF8.GetBytes(text));

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
