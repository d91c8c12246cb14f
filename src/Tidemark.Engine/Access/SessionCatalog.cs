using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Access;

/// <summary>The sessions of a catalog. They are rows of it, so that every server knows them, and what ends one ends it everywhere.</summary>
public sealed class SessionCatalog(CatalogDatabase database, TimeProvider clock)
{
    // Who looks at the list wants the minute; a write a request would cost more than the request.
    private static readonly TimeSpan UseIsNoted = TimeSpan.FromMinutes(1);

    private const int MaxAgentLetters = 200;

    private const string Columns =
        "id AS Id, digest AS Digest, email AS Email, created_at AS CreatedAt, seen_at AS SeenAt, address AS Address, agent AS Agent";

    /// <summary>The session of a text, and its user as they are now; null where it is none, is over, or its user may not log in.</summary>
    /// <param name="text">What the browser shows.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    public async Task<(UserSession Session, User User)?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (TokenText.IdOf(text, TokenText.Session) is not { } id) return null;
        var (row, user) = await database.ReadAsync(async connection =>
            await connection.QuerySingleOrDefaultAsync<SessionRow>($"SELECT {Columns} FROM sessions WHERE id = @id", new { id }) is { } found
                ? (found, await UserRow.FindOrDefaultAsync(connection, found.Email)) : default, cancellationToken);
        if (row is null || user is not { Active: not 0 } || !TokenText.Fits(text, row.Digest)) return null;
        var (session, now) = (row.ToSession(), clock.GetUtcNow());
        if (now >= session.ExpiresAt) return null;
        if (now - session.SeenAt > UseIsNoted)
        {
            await database.NoteAsync(connection => connection.ExecuteAsync(
                "UPDATE sessions SET seen_at = @now WHERE id = @id", new { now = now.ToUnixTimeMilliseconds(), id }), cancellationToken);
        }

        return (session, user.ToUser());
    }

    /// <summary>The sessions that are open, the latest first.</summary>
    /// <param name="email">Only those of this user; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public Task<IReadOnlyList<UserSession>> ListAsync(string? email, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<UserSession>>(async connection =>
        {
            var all = await connection.QueryAsync<SessionRow>(
                $"SELECT {Columns} FROM sessions WHERE @email IS NULL OR email = @email ORDER BY created_at DESC, id", new { email = Known(email) });
            var now = clock.GetUtcNow();
            return [.. all.Select(row => row.ToSession()).Where(session => now < session.ExpiresAt)];
        }, cancellationToken);

    /// <summary>Ends a session, from its next request on.</summary>
    /// <param name="id">Its public part.</param>
    /// <param name="owner">Only if it is of this user; null for anybody's.</param>
    /// <param name="isLogout">Whether the user leaves it themselves.</param>
    /// <param name="who">Who ends it, for the audit trail.</param>
    /// <param name="cancellationToken">Nothing is changed where it throws.</param>
    /// <exception cref="TidemarkException"><c>session.unknown</c> (usage).</exception>
    public Task<UserSession> EndAsync(string id, string? owner, bool isLogout, AuditActor who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var row = TokenText.IsId(id) ? await connection.QuerySingleOrDefaultAsync<SessionRow>($"SELECT {Columns} FROM sessions WHERE id = @id", new { id }) : null;
            if (row is null || (owner is not null && row.Email != owner))
                throw new TidemarkException(FailureKind.Usage, "session.unknown", $"There is no session {id}.");
            await connection.ExecuteAsync("DELETE FROM sessions WHERE id = @id", new { id });
            await AuditCatalog.AddAsync(connection, clock.GetUtcNow(), isLogout
                ? new(who, "logout", $"user {row.Email}", AuditOutcome.Done)
                : new(who, "session.revoke", $"session {id} of {row.Email}", AuditOutcome.Done));
            return row.ToSession();
        }, cancellationToken);

    /// <summary>Ends every session of a user.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="TidemarkException"><c>user.unknown</c> (usage).</exception>
    public Task<int> EndAllAsync(string email, AuditActor who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var user = await UserRow.FindAsync(connection, email);
            var ended = await connection.ExecuteAsync("DELETE FROM sessions WHERE email = @Email", new { user.Email });
            await AuditCatalog.AddAsync(connection, clock.GetUtcNow(), new(who, "session.revoke", $"sessions of {user.Email}", AuditOutcome.Done));
            return ended;
        }, cancellationToken);

    /// <summary>Opens a session, in the transaction of the login. Those that are over go.</summary>
    /// <param name="connection">Has the lock.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="how">How they logged in, for the audit trail.</param>
    /// <param name="now">This moment.</param>
    internal static async Task<OpenedSession> OpenAsync(DbConnection connection, UserRow user, Device device, string how, DateTimeOffset now)
    {
        var (id, text) = TokenText.New(TokenText.Session);
        var at = now.ToUnixTimeMilliseconds();
        await connection.ExecuteAsync("DELETE FROM sessions WHERE created_at <= @over OR seen_at <= @idle", new
        {
            over = (now - UserSession.Lasts).ToUnixTimeMilliseconds(),
            idle = (now - UserSession.IdleLasts).ToUnixTimeMilliseconds(),
        });
        var agent = device.Agent is not { } said ? null : PlainLine.Of(said.Length > MaxAgentLetters ? said[..MaxAgentLetters] : said);
        var row = new SessionRow { Id = id, Digest = TokenText.Digest(text), Email = user.Email, CreatedAt = at, SeenAt = at, Address = device.Address, Agent = agent };
        await connection.ExecuteAsync("""
            INSERT INTO sessions (id, digest, email, created_at, seen_at, address, agent) VALUES (@Id, @Digest, @Email, @CreatedAt, @SeenAt, @Address, @Agent)
            """, row);
        await connection.ExecuteAsync("UPDATE users SET last_login_at = @at WHERE email = @Email", new { at, user.Email });
        await AuditCatalog.AddAsync(connection, now, new(new(user.Email, "page"), "login", $"user {user.Email}", AuditOutcome.Done) { Detail = how });
        return new(row.ToSession(), text);
    }

    // A text that is no address is nobody's.
    private static string? Known(string? email) => email is null ? null : EmailAddress.TryParse(email, out var address) ? address : "";

    private sealed record SessionRow
    {
        public required string Id { get; init; }

        public required string Digest { get; init; }

        public required string Email { get; init; }

        public required long CreatedAt { get; init; }

        public required long SeenAt { get; init; }

        public required string Address { get; init; }

        public string? Agent { get; init; }

        public UserSession ToSession() => new(
            Id, Email, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(SeenAt), new(Address, Agent));
    }
}
