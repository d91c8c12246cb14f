using System.Data.Common;
using System.Text.Json;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling.Backfilling;

/// <summary>The tables backfills and backfill_windows.</summary>
internal static class BackfillTable
{
    private const string Columns =
        "id AS Id, pipeline AS Pipeline, streams AS Streams, range_from AS RangeFrom, range_to AS RangeTo, trigger AS Trigger, made_by AS MadeBy, "
        + "made_at AS MadeAt, cancelled_at AS CancelledAt";

    public static async Task InsertAsync(DbConnection connection, Backfill made)
    {
        await connection.ExecuteAsync("""
            INSERT INTO backfills (id, pipeline, streams, range_from, range_to, trigger, made_by, made_at)
            VALUES (@Id, @Pipeline, @streams, @from, @to, @trigger, @by, @at)
            """, new
        {
            made.Id,
            made.Pipeline,
            streams = JsonSerializer.Serialize(made.Streams, PlainJson.Default.IReadOnlyListString),
            from = made.From.ToUnixTimeMilliseconds(),
            to = made.To.ToUnixTimeMilliseconds(),
            trigger = RunJson.Word(made.Trigger),
            by = made.MadeBy is { } by ? CatalogText.Encode(by) : null,
            at = made.MadeAt.ToUnixTimeMilliseconds(),
        });
        foreach (var window in made.Windows)
        {
            await connection.ExecuteAsync("INSERT INTO backfill_windows (backfill, number, range_from, range_to) VALUES (@Id, @Number, @from, @to)", new
            {
                made.Id,
                Number = (long)window.Number,
                from = window.From.ToUnixTimeMilliseconds(),
                to = window.To.ToUnixTimeMilliseconds(),
            });
        }
    }

    /// <summary>Backfills that fit a condition, the latest first, each with its windows.</summary>
    public static async Task<IReadOnlyList<Backfill>> ReadAsync(DbConnection connection, string condition, object values)
    {
        var made = (await connection.QueryAsync<Row>($"SELECT {Columns} FROM backfills WHERE {condition} ORDER BY made_at DESC, id DESC LIMIT @limit", values)).AsList();
        var all = new List<Backfill>();
        foreach (var row in made)
        {
            var windows = await connection.QueryAsync<WindowRow>("""
                SELECT w.number AS Number, w.range_from AS RangeFrom, w.range_to AS RangeTo, w.run AS Run, r.status AS Status
                FROM backfill_windows AS w LEFT JOIN runs AS r ON r.id = w.run WHERE w.backfill = @Id ORDER BY w.number
                """, new { row.Id });
            all.Add(row.ToBackfill([.. windows.Select(window => window.ToWindow())]));
        }

        return all;
    }

    /// <summary>Backfills of which a window has no run yet, and every run that there is succeeded, the latest first.</summary>
    public static async Task<IReadOnlyList<(string Id, string Pipeline)>> DueAsync(DbConnection connection) => (await connection.QueryAsync<(string, string)>("""
        SELECT id, pipeline FROM backfills
        WHERE cancelled_at IS NULL
          AND EXISTS (SELECT 1 FROM backfill_windows AS w WHERE w.backfill = backfills.id AND w.run IS NULL)
          AND NOT EXISTS (SELECT 1 FROM backfill_windows AS w JOIN runs AS r ON r.id = w.run WHERE w.backfill = backfills.id AND r.status <> 'succeeded')
        ORDER BY made_at DESC, id DESC
        """)).AsList();

    /// <summary>The backfill of an id.</summary>
    /// <exception cref="TidemarkException"><c>backfill.unknown</c> (usage).</exception>
    public static async Task<Backfill> GetAsync(DbConnection connection, string id) =>
        await ReadAsync(connection, "id = @id", new { id = CatalogText.Encode(id), limit = 1 }) is [var found] ? found
            : throw new TidemarkException(FailureKind.Usage, "backfill.unknown", $"There is no backfill {id}.") { Hint = "Its list has the full ids." };

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string Pipeline { get; init; }

        public required string Streams { get; init; }

        public required long RangeFrom { get; init; }

        public required long RangeTo { get; init; }

        public required string Trigger { get; init; }

        public string? MadeBy { get; init; }

        public required long MadeAt { get; init; }

        public long? CancelledAt { get; init; }

        public Backfill ToBackfill(IReadOnlyList<BackfillWindow> windows) =>
            new(Id, Pipeline, JsonSerializer.Deserialize(Streams, PlainJson.Default.IReadOnlyListString)!, Time(RangeFrom), Time(RangeTo), windows)
            {
                MadeBy = MadeBy is { } by ? CatalogText.Decode(by) : null,
                MadeAt = Time(MadeAt),
                Trigger = Enum.Parse<RunTrigger>(Trigger, ignoreCase: true),
                CancelledAt = CancelledAt is { } at ? Time(at) : null,
            };
    }

    private sealed record WindowRow
    {
        public required long Number { get; init; }

        public required long RangeFrom { get; init; }

        public required long RangeTo { get; init; }

        public string? Run { get; init; }

        public string? Status { get; init; }

        public BackfillWindow ToWindow() =>
            new((int)Number, Time(RangeFrom), Time(RangeTo), Run, Status is { } status ? Enum.Parse<RunStatus>(status, ignoreCase: true) : null);
    }
}
