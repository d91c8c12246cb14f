using System.Data.Common;
using System.Text.Json;
using Dapper;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Alerts;

/// <summary>A row of the table deliveries.</summary>
internal sealed record DeliveryRow
{
    public const string Columns =
        "id AS Id, rule AS Rule, channel AS Channel, state AS State, body AS Body, failures AS Failures, made_at AS MadeAt, next_at AS NextAt, "
        + "claimed_until AS ClaimedUntil, ended_at AS EndedAt, (SELECT count(*) FROM delivery_attempts WHERE delivery = deliveries.id) AS Tries";

    public required string Id { get; init; }

    public required string Rule { get; init; }

    public required string Channel { get; init; }

    public required string State { get; init; }

    public required string Body { get; init; }

    public required long Failures { get; init; }

    public required long MadeAt { get; init; }

    public required long NextAt { get; init; }

    public long? ClaimedUntil { get; init; }

    public long? EndedAt { get; init; }

    public required long Tries { get; init; }

    public static async Task<Delivery?> FindAsync(DbConnection connection, string id) =>
        (await connection.QuerySingleOrDefaultAsync<DeliveryRow>($"SELECT {Columns} FROM deliveries WHERE id = @id", new { id }))?.ToDelivery();

    public Delivery ToDelivery()
    {
        var state = Enum.Parse<DeliveryState>(State, ignoreCase: true);
        return new(Id, Rule, Channel, state, Time(MadeAt), JsonSerializer.Deserialize(Body, AlertJson.Default.ChannelMessage)! with { Id = Id })
        {
            NextAt = state == DeliveryState.Waiting ? Time(NextAt) : null,
            EndedAt = EndedAt is { } ended ? Time(ended) : null,
            ClaimedUntil = ClaimedUntil is { } claimed ? Time(claimed) : null,
            Failures = (int)Failures,
            Tries = (int)Tries,
        };
    }

    /// <summary>Puts a message in the outbox.</summary>
    public static Task InsertAsync(DbConnection connection, Delivery delivery, string message) => connection.ExecuteAsync("""
        INSERT INTO deliveries (id, message, rule, channel, severity, subject, body, state, made_at, next_at)
        VALUES (@Id, @message, @Rule, @Channel, @severity, @Subject, @body, 'waiting', @made, @made)
        """, new
    {
        delivery.Id,
        message,
        delivery.Rule,
        delivery.Channel,
        severity = EnumWord.Of(delivery.Message.Data.Severity),
        delivery.Message.Data.Subject,
        body = delivery.Message.ToJson(),
        made = delivery.MadeAt.ToUnixTimeMilliseconds(),
    });

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
