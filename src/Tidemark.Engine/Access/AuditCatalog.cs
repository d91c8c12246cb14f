using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Access;

/// <summary>The audit trail: who asked for what, and what came of it. It is added to, and never changed.</summary>
public sealed class AuditCatalog(CatalogDatabase database, TimeProvider clock)
{
    // A caller chooses names and options; a line of the trail does not grow with them.
    private const int MaxLetters = 500;

    /// <summary>Adds a line.</summary>
    public Task AddAsync(AuditNote note, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => AddAsync(connection, clock.GetUtcNow(), note), cancellationToken);

    /// <summary>The lines, the latest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<AuditEntry>>(async connection => [.. (await connection.QueryAsync<AuditRow>("""
            SELECT id AS Id, at AS At, actor AS Actor, door AS Door, action AS Action, subject AS Subject, outcome AS Outcome, detail AS Detail
            FROM audit
            WHERE (@Actor IS NULL OR actor = @Actor) AND (@Action IS NULL OR substr(action, 1, length(@Action)) = @Action)
                AND (@outcome IS NULL OR outcome = @outcome) AND at >= @since AND id < @before
            ORDER BY id DESC LIMIT @limit
            """, new
        {
            Actor = filter.Actor is { } actor ? CatalogText.Encode(actor) : null,
            filter.Action,
            outcome = filter.Outcome is { } outcome ? EnumWord.Of(outcome) : null,
            since = filter.Since?.ToUnixTimeMilliseconds() ?? 0,
            before = filter.Before ?? long.MaxValue,
            limit,
        })).Select(row => row.ToEntry())], cancellationToken);

    /// <summary>Adds a line in the transaction of what it speaks of.</summary>
    internal static Task AddAsync(DbConnection connection, DateTimeOffset now, AuditNote note) =>
        connection.ExecuteAsync("""
            INSERT INTO audit (at, actor, door, action, subject, outcome, detail) VALUES (@at, @actor, @Door, @Action, @subject, @outcome, @detail)
            """, new
        {
            at = now.ToUnixTimeMilliseconds(),
            actor = Text(note.Who.Name),
            note.Who.Door,
            note.Action,
            subject = Text(note.Subject),
            outcome = EnumWord.Of(note.Outcome),
            detail = Text(note.Detail),
        });

    private static string? Text(string? text) => text is null ? null
        : CatalogText.Encode(PlainLine.Of(text.Length > MaxLetters ? text[..MaxLetters] + "…" : text));

    private sealed record AuditRow
    {
        public required long Id { get; init; }

        public required long At { get; init; }

        public string? Actor { get; init; }

        public required string Door { get; init; }

        public required string Action { get; init; }

        public required string Subject { get; init; }

        public required string Outcome { get; init; }

        public string? Detail { get; init; }

        public AuditEntry ToEntry() => new(Id, DateTimeOffset.FromUnixTimeMilliseconds(At), new(
            new(Actor is { } actor ? CatalogText.Decode(actor) : null, Door), Action, CatalogText.Decode(Subject),
            Enum.Parse<AuditOutcome>(Outcome, ignoreCase: true))
        {
            Detail = Detail is { } detail ? CatalogText.Decode(detail) : null,
        });
    }
}
