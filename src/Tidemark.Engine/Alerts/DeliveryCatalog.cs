using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Alerts;

/// <summary>
/// Messages on their way to channels. Any number of processes send them: each is claimed by one, for a time, and one at a time of a channel, so that they
/// arrive in order.
/// </summary>
public sealed class DeliveryCatalog
{
    // Longer than an attempt lasts.
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(2);

    private const string Due = """
        state = 'waiting' AND next_at <= @now AND (claimed_until IS NULL OR claimed_until <= @now)
            AND NOT EXISTS (SELECT 1 FROM deliveries other WHERE other.channel = deliveries.channel AND other.state = 'waiting' AND other.claimed_until > @now)
        """;

    private readonly CatalogDatabase _database;
    private readonly TimeProvider _clock;

    internal DeliveryCatalog(CatalogDatabase database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>Messages, the latest first, without their attempts.</summary>
    public Task<IReadOnlyList<Delivery>> ListAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<Delivery>>(async connection => [.. (await connection.QueryAsync<DeliveryRow>($"""
            SELECT {DeliveryRow.Columns} FROM deliveries
            WHERE (@Channel IS NULL OR channel = @Channel) AND (@state IS NULL OR state = @state)
                AND (@Run IS NULL OR message IN (SELECT message FROM alerts WHERE run = @Run))
                AND (made_at < @at OR (made_at = @at AND id < @id))
            ORDER BY made_at DESC, id DESC LIMIT @limit
            """, new
        {
            filter.Channel,
            state = filter.State is { } state ? EnumWord.Of(state) : null,
            filter.Run,
            at = filter.Before?.MadeAt.ToUnixTimeMilliseconds() ?? long.MaxValue,
            id = filter.Before?.Id ?? "",
            limit,
        })).Select(row => row.ToDelivery())], cancellationToken);

    /// <summary>One message, with its attempts.</summary>
    /// <exception cref="TidemarkException"><c>delivery.unknown</c> (usage).</exception>
    public Task<Delivery> GetAsync(string id, CancellationToken cancellationToken) => _database.ReadAsync(connection => GetAsync(connection, id), cancellationToken);

    /// <summary>Lets a message be sent again, now, with the id that it has, whatever became of it.</summary>
    /// <exception cref="TidemarkException"><c>delivery.unknown</c> (usage); <c>channel.unknown</c> (usage): its channel is gone.</exception>
    public async Task<Delivery> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        return await _database.WriteAsync(async connection =>
        {
            var delivery = await GetAsync(connection, id);
            if (await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM definitions WHERE kind = 'channel' AND name = @Channel", delivery) == 0)
                throw new TidemarkException(FailureKind.Usage, "channel.unknown", $"The channel {delivery.Channel} is gone.");
            await connection.ExecuteAsync(
                "UPDATE deliveries SET state = 'waiting', failures = 0, next_at = @now, ended_at = NULL WHERE id = @id", new { id, now = Now() });
            return await GetAsync(connection, id);
        }, cancellationToken);
    }

    /// <summary>By pipeline, how many messages of it were given up, of channels that are there still.</summary>
    public async Task<IReadOnlyDictionary<string, long>> DeadAsync(CancellationToken cancellationToken) =>
        (await _database.ReadAsync(connection => connection.QueryAsync<(string Pipeline, long Count)>("""
            SELECT alerts.pipeline, count(DISTINCT deliveries.id) FROM deliveries JOIN alerts ON alerts.message = deliveries.message
            WHERE deliveries.state = 'dead' AND EXISTS (SELECT 1 FROM definitions WHERE kind = 'channel' AND name = deliveries.channel)
            GROUP BY alerts.pipeline
            """), cancellationToken)).ToDictionary(each => each.Pipeline, each => each.Count, StringComparer.Ordinal);

    /// <summary>Claims messages that are due, one a channel; none where there is nothing to send.</summary>
    internal async Task<IReadOnlyList<Delivery>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        // Nearly always there is nothing to do, and looking takes no lock.
        if (await _database.ReadAsync(connection => connection.ExecuteScalarAsync<string?>($"SELECT id FROM deliveries WHERE {Due} LIMIT 1", new { now = Now() }), cancellationToken) is null) return [];
        return await _database.WriteAsync<IReadOnlyList<Delivery>>(async connection =>
        {
            var claimed = new List<Delivery>();
            while (claimed.Count < most
                && await connection.ExecuteScalarAsync<string?>($"SELECT id FROM deliveries WHERE {Due} ORDER BY next_at, made_at, id LIMIT 1", new { now = Now() }) is { } id)
            {
                await connection.ExecuteAsync("UPDATE deliveries SET claimed_until = @until WHERE id = @id", new { id, until = Now() + (long)Claim.TotalMilliseconds });
                claimed.Add((await DeliveryRow.FindAsync(connection, id))!);
            }

            return claimed;
        }, cancellationToken);
    }

    /// <summary>Writes down what came of an attempt, and when the next one is.</summary>
    /// <returns>The message as it stands now.</returns>
    internal Task<Delivery> FinishAsync(Delivery delivery, ChannelReply reply, DateTimeOffset began) => _database.WriteAsync(async connection =>
    {
        var now = _clock.GetUtcNow();
        var next = reply.Problem is null || reply.IsFinal ? null : RetryWaits.After(delivery.Id, delivery.Failures + 1);
        var state = reply.Problem is null ? DeliveryState.Sent : next is null ? DeliveryState.Dead : DeliveryState.Waiting;
        await connection.ExecuteAsync("""
            INSERT INTO delivery_attempts (delivery, number, at, lasted, status, code, problem)
            SELECT @Id, coalesce(max(number), 0) + 1, @at, @lasted, @Status, @Code, @Message FROM delivery_attempts WHERE delivery = @Id
            """, new { delivery.Id, at = began.ToUnixTimeMilliseconds(), lasted = (long)(now - began).TotalMilliseconds, reply.Status, reply.Problem?.Code, reply.Problem?.Message });
        // What was taken is sent, whoever has claimed it since; what was not is up to them.
        await connection.ExecuteAsync("""
            UPDATE deliveries SET state = @state, failures = failures + @failed, next_at = @next, claimed_until = NULL, ended_at = @ended
            WHERE id = @Id AND (@state = 'sent' OR claimed_until = @claimed)
            """, new
        {
            delivery.Id,
            state = EnumWord.Of(state),
            failed = reply.Problem is null ? 0 : 1,
            next = (now + (next ?? TimeSpan.Zero)).ToUnixTimeMilliseconds(),
            ended = state == DeliveryState.Waiting ? (long?)null : now.ToUnixTimeMilliseconds(),
            claimed = delivery.ClaimedUntil?.ToUnixTimeMilliseconds(),
        });
        return await GetAsync(connection, delivery.Id);
    }, CancellationToken.None);

    /// <summary>Lets go of a message whose attempt was cut short.</summary>
    internal Task ReleaseAsync(Delivery delivery) => _database.WriteAsync(connection => connection.ExecuteAsync(
        "UPDATE deliveries SET claimed_until = NULL WHERE id = @Id AND claimed_until = @claimed",
        new { delivery.Id, claimed = delivery.ClaimedUntil?.ToUnixTimeMilliseconds() }), CancellationToken.None);

    /// <summary>Removes messages that were taken or given up before a moment, and what they told.</summary>
    internal Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => _database.WriteAsync(async connection =>
    {
        var at = before.ToUnixTimeMilliseconds();
        await connection.ExecuteAsync("DELETE FROM delivery_attempts WHERE delivery IN (SELECT id FROM deliveries WHERE ended_at < @at)", new { at });
        await connection.ExecuteAsync("DELETE FROM deliveries WHERE ended_at < @at", new { at });
        await connection.ExecuteAsync("DELETE FROM alerts WHERE over_at < @at", new { at });
    }, cancellationToken);

    private static async Task<Delivery> GetAsync(DbConnection connection, string id)
    {
        var delivery = await DeliveryRow.FindAsync(connection, id) ?? throw new TidemarkException(FailureKind.Usage, "delivery.unknown", $"There is no message {id}.");
        var attempts = await connection.QueryAsync<(long Number, long At, long Lasted, long? Status, string? Code, string? Problem)>(
            "SELECT number, at, lasted, status, code, problem FROM delivery_attempts WHERE delivery = @id ORDER BY number", new { id });
        return delivery with
        {
            Attempts = [.. attempts.Select(row => new DeliveryAttempt((int)row.Number, DateTimeOffset.FromUnixTimeMilliseconds(row.At), row.Lasted / 1000.0, (int?)row.Status, row.Code, row.Problem))],
        };
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
