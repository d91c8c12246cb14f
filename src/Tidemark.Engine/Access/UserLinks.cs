using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Access;

/// <summary>Links with which people set a password, each once. Only a digest of what a link carries is kept.</summary>
public sealed class UserLinks(CatalogDatabase database, TimeProvider clock)
{
    internal static readonly TimeSpan InvitationLasts = TimeSpan.FromHours(24);
    internal static readonly TimeSpan ResetLasts = TimeSpan.FromHours(1);

    /// <summary>
    /// A link with which somebody becomes the first administrator; null where there is a user. Every server that starts may make one: the
    /// first that is used ends the others.
    /// </summary>
    public Task<UserLink?> FirstAsync(CancellationToken cancellationToken) => database.WriteAsync(async connection =>
        await AnyUserAsync(connection) ? null : await MakeAsync(connection, email: null, ResetLasts, clock.GetUtcNow()), cancellationToken);

    /// <summary>Whose link it is; nothing is changed.</summary>
    /// <param name="text">What the link carries.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <returns>The user; null for a link of the first administrator.</returns>
    /// <exception cref="TidemarkException"><c>link.ended</c> (usage): it is none, was used, or is over.</exception>
    public Task<User?> LookAsync(string text, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await FindAsync(connection, text)).User?.ToUser(), cancellationToken);

    /// <summary>Sets the password of the user whose link it is, and ends their sessions; every link of theirs is used up.</summary>
    /// <param name="text">What the link carries.</param>
    /// <param name="password">From 12 to 128 letters.</param>
    /// <param name="cancellationToken">Nothing is changed where it throws.</param>
    /// <exception cref="TidemarkException"><c>link.ended</c>, <c>user.password_invalid</c> (usage).</exception>
    public async Task<User> SetPasswordAsync(string text, string password, CancellationToken cancellationToken)
    {
        PasswordText.Require(password);
        if (await LookAsync(text, cancellationToken) is null) throw Ended(); // before the password is hashed, which is dear
        var hash = PasswordText.Hash(password);
        return await database.WriteAsync(async connection =>
        {
            var user = (await FindAsync(connection, text)).User?.ToUser() ?? throw Ended();
            await SetPasswordAsync(connection, user.Email, hash);
            await AuditCatalog.AddAsync(connection, clock.GetUtcNow(), new(new(user.Email, "page"), "user.password", $"user {user.Email}", AuditOutcome.Done)
            {
                Detail = "by link",
            });
            return user;
        }, cancellationToken);
    }

    /// <summary>Makes the first administrator.</summary>
    /// <param name="text">What the link carries.</param>
    /// <param name="email">Their address.</param>
    /// <param name="password">From 12 to 128 letters.</param>
    /// <param name="cancellationToken">Nothing is changed where it throws.</param>
    /// <exception cref="TidemarkException"><c>link.ended</c>, <c>user.email_invalid</c>, <c>user.password_invalid</c> (usage).</exception>
    public async Task<User> MakeFirstAsync(string text, string email, string password, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Parse(email);
        PasswordText.Require(password);
        if (await LookAsync(text, cancellationToken) is not null) throw Ended();
        var hash = PasswordText.Hash(password);
        return await database.WriteAsync(async connection =>
        {
            if ((await FindAsync(connection, text)).User is not null) throw Ended();
            var now = clock.GetUtcNow();
            await UserCatalog.InsertAsync(connection, address, UserCatalog.NameOf(address.Split('@')[0]), new(Role.Admin, []), hash, now);
            await connection.ExecuteAsync("DELETE FROM user_links WHERE email IS NULL");
            await AuditCatalog.AddAsync(connection, now, new(new(address, "page"), "user.first", $"user {address}", AuditOutcome.Done) { Detail = "admin" });
            return (await UserRow.FindAsync(connection, address)).ToUser();
        }, cancellationToken);
    }

    /// <summary>Makes a link; earlier ones of the user, and those that are over, go.</summary>
    internal static async Task<UserLink> MakeAsync(DbConnection connection, string? email, TimeSpan lasts, DateTimeOffset now)
    {
        var (id, text) = TokenText.New(TokenText.Link);
        var expiresAt = now + lasts;
        await connection.ExecuteAsync("DELETE FROM user_links WHERE expires_at <= @now OR email = @email", new { now = now.ToUnixTimeMilliseconds(), email });
        await connection.ExecuteAsync("INSERT INTO user_links (id, digest, email, expires_at) VALUES (@id, @digest, @email, @expires)", new
        {
            id,
            digest = TokenText.Digest(text),
            email,
            expires = expiresAt.ToUnixTimeMilliseconds(),
        });
        return new(text, expiresAt);
    }

    /// <summary>Sets a password, with everything that ends then: sessions, links, a lock.</summary>
    internal static async Task SetPasswordAsync(DbConnection connection, string email, string hash)
    {
        await connection.ExecuteAsync("UPDATE users SET password = @hash WHERE email = @email", new { hash, email });
        await UserCatalog.EndAsync(connection, email);
        await LoginTries.ForgetAsync(connection, email);
    }

    private async Task<(string Id, UserRow? User)> FindAsync(DbConnection connection, string text)
    {
        if (TokenText.IdOf(text, TokenText.Link) is not { } id
            || await connection.QuerySingleOrDefaultAsync<LinkRow>(
                "SELECT digest AS Digest, email AS Email, expires_at AS ExpiresAt FROM user_links WHERE id = @id", new { id }) is not { } link
            || !TokenText.Fits(text, link.Digest) || link.ExpiresAt <= clock.GetUtcNow().ToUnixTimeMilliseconds()) throw Ended();
        if (link.Email is null) return await AnyUserAsync(connection) ? throw Ended() : (id, null);
        var user = await UserRow.FindOrDefaultAsync(connection, link.Email);
        return user is { Active: not 0 } ? (id, user) : throw Ended();
    }

    private static async Task<bool> AnyUserAsync(DbConnection connection) => await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM users") > 0;

    private static TidemarkException Ended() => new(FailureKind.Usage, "link.ended", "This link has been used, or is over.")
    {
        Hint = "Ask an administrator for a new one; for the first administrator, a server makes one at its start.",
    };

    private sealed record LinkRow
    {
        public required string Digest { get; init; }

        public string? Email { get; init; }

        public required long ExpiresAt { get; init; }
    }
}
