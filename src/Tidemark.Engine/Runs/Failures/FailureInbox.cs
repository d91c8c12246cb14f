using System.Data.Common;
using Dapper;
using Tidemark.Engine.Access;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs.Failures;

/// <summary>
/// The runs that failed, or did only a part, and that nobody has dealt with yet. A run leaves when later runs have done what it did
/// not, stream by stream, or when a person settles it with a note.
/// </summary>
public sealed class FailureInbox(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>The longest note, in letters.</summary>
    public const int MaxNote = 2000;

    private const string Columns = """
        run AS Run, stream AS Stream, pipeline AS Pipeline, code AS Code, message AS Message, transient AS Transient, failed_at AS FailedAt,
        over_at AS OverAt, over_by AS OverBy, settled_by AS SettledBy, note AS Note
        """;

    /// <summary>Failed runs, the latest first, each with all its parts.</summary>
    public Task<IReadOnlyList<FailedRun>> ListAsync(FailureFilter filter, int limit, CancellationToken cancellationToken)
    {
        var isOpen = "EXISTS (SELECT 1 FROM failures AS open WHERE open.run = f.run AND open.over_at IS NULL)";
        var conditions = new List<string> { filter.IsOver ? $"NOT {isOpen}" : isOpen };
        if (filter.Before is not null) conditions.Add("(failed_at < @at OR (failed_at = @at AND run < @Id))");
        if (filter.Search is not null) conditions.Add("lower(run || ' ' || pipeline || ' ' || stream || ' ' || code || ' ' || message) LIKE @search ESCAPE '!'");
        var values = new DynamicParameters(new
        {
            at = filter.Before?.At.ToUnixTimeMilliseconds(),
            filter.Before?.Id,
            search = filter.Search is { } text ? $"%{CatalogText.Pattern(text)}%" : null,
            limit,
        });
        conditions.Add(OneOf.Condition("pipeline", filter.Pipelines, values));
        return database.ReadAsync<IReadOnlyList<FailedRun>>(async connection => Runs(await connection.QueryAsync<FailureRow>($"""
            SELECT {Columns} FROM failures WHERE run IN (
                SELECT run FROM failures AS f WHERE {string.Join(" AND ", conditions)}
                GROUP BY run, failed_at ORDER BY failed_at DESC, run DESC LIMIT @limit)
            ORDER BY failed_at DESC, run DESC, stream
            """, values)), cancellationToken);
    }

    /// <summary>A failed run, open or over.</summary>
    /// <param name="run">Full id.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    /// <exception cref="TidemarkException"><c>inbox.unknown</c> (usage).</exception>
    public Task<FailedRun> GetAsync(string run, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => GetAsync(connection, run), cancellationToken);

    /// <summary>Settles runs: a person says why nothing more is due. All or none; those that are over already stay as they are.</summary>
    /// <param name="runs">Full ids.</param>
    /// <param name="note">Why; at most <see cref="MaxNote"/> letters.</param>
    /// <param name="who">The person.</param>
    /// <param name="cancellationToken">Nothing is settled where it throws.</param>
    /// <exception cref="TidemarkException"><c>inbox.note_invalid</c>, <c>inbox.unknown</c> (usage).</exception>
    public Task<SettledRuns> SettleAsync(IReadOnlyList<string> runs, string note, AuditActor who, CancellationToken cancellationToken)
    {
        var why = PlainLine.Of(note).Trim();
        if (why.Length is 0 or > MaxNote)
        {
            throw new TidemarkException(FailureKind.Usage, "inbox.note_invalid", $"A note has from 1 to {MaxNote} letters.")
            {
                Hint = "It tells others why nothing more is due.",
            };
        }

        return database.WriteAsync(async connection =>
        {
            var (now, settled, over) = (clock.GetUtcNow(), new List<string>(), new List<string>());
            foreach (var id in runs.Distinct(StringComparer.Ordinal))
            {
                var run = await GetAsync(connection, id);
                (run.IsOpen ? settled : over).Add(run.Run);
                if (!run.IsOpen) continue;
                await connection.ExecuteAsync("UPDATE failures SET over_at = @at, settled_by = @by, note = @note WHERE run = @Run AND over_at IS NULL", new
                {
                    at = now.ToUnixTimeMilliseconds(),
                    by = who.Name is { } name ? CatalogText.Encode(name) : null,
                    note = CatalogText.Encode(why),
                    run.Run,
                });
                await AuditCatalog.AddAsync(connection, now, new(who, "inbox.settle", $"run {run.Run} of pipeline {run.Pipeline}", AuditOutcome.Done) { Detail = why });
            }

            return new SettledRuns(settled, over);
        }, cancellationToken);
    }

    private static async Task<FailedRun> GetAsync(DbConnection connection, string run) =>
        Runs(await connection.QueryAsync<FailureRow>($"SELECT {Columns} FROM failures WHERE run = @run ORDER BY stream", new { run = CatalogText.Encode(run) })) is [var found]
            ? found
            : throw new TidemarkException(FailureKind.Usage, "inbox.unknown", $"The inbox has no run {run}.") { Hint = "It takes the full ids of runs that failed, as its list has them." };

    private static List<FailedRun> Runs(IEnumerable<FailureRow> rows) =>
    [
        .. rows.GroupBy(row => row.Run, StringComparer.Ordinal).Select(parts =>
            new FailedRun(parts.Key, parts.First().Pipeline, Time(parts.First().FailedAt), [.. parts.Select(row => row.ToPart())])),
    ];

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record FailureRow
    {
        public required string Run { get; init; }

        public required string Stream { get; init; }

        public required string Pipeline { get; init; }

        public required string Code { get; init; }

        public required string Message { get; init; }

        public required long Transient { get; init; }

        public required long FailedAt { get; init; }

        public long? OverAt { get; init; }

        public string? OverBy { get; init; }

        public string? SettledBy { get; init; }

        public string? Note { get; init; }

        public FailedPart ToPart() => new(Stream.Length == 0 ? null : CatalogText.Decode(Stream), Code, CatalogText.Decode(Message), Transient != 0)
        {
            OverAt = OverAt is { } over ? Time(over) : null,
            OverBy = OverBy,
            SettledBy = SettledBy is { } by ? CatalogText.Decode(by) : null,
            Note = Note is { } note ? CatalogText.Decode(note) : null,
        };
    }
}
