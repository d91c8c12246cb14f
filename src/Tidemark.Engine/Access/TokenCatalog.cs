using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Access;

/// <summary>The tokens of a catalog: made, found by what their bearer shows, revoked.</summary>
public sealed class TokenCatalog(CatalogDatabase database, TimeProvider clock)
{
    // Who looks at the list wants the day, not the second; a write a request would cost more than the request.
    private static readonly TimeSpan UseIsNoted = TimeSpan.FromMinutes(1);

    /// <summary>How the audit trail calls callers of this machine that show no token.</summary>
    public const string LocalName = "local";

    private const string Columns =
        "id AS Id, name AS Name, digest AS Digest, role AS Role, pipelines AS Pipelines, created_at AS CreatedAt, expires_at AS ExpiresAt, "
        + "last_used_at AS LastUsedAt, revoked_at AS RevokedAt, acts_alone AS ActsAlone";

    /// <summary>Makes a token.</summary>
    /// <param name="name">As people will call it.</param>
    /// <param name="role">What it allows.</param>
    /// <param name="pipelines">The pipelines that it is for; empty for all.</param>
    /// <param name="expiresAt">When it ends; null for never.</param>
    /// <param name="actsAlone">Whether an agent that holds it may start runs, and need not propose them.</param>
    /// <param name="who">Who makes it, for the audit trail.</param>
    /// <param name="cancellationToken">Nothing is made where it throws.</param>
    /// <exception cref="TidemarkException"><c>token.name_invalid</c>, <c>token.exists</c>, <c>token.expired</c>, <c>pipeline.unknown</c>,
    /// <c>token.admin_limited</c>, <c>token.acts_alone</c> (usage).</exception>
    public Task<CreatedToken> CreateAsync(
        string name, Role role, IReadOnlyList<string> pipelines, DateTimeOffset? expiresAt, bool actsAlone, AuditActor who,
        CancellationToken cancellationToken)
    {
        if (DefinitionName.Mistake(name) is { } mistake) throw Refused("token.name_invalid", $"A token cannot be called so: {mistake}");
        if (expiresAt <= clock.GetUtcNow()) throw Refused("token.expired", "A token that has ended already lets nobody in.");
        if (name == LocalName) throw Refused("token.name_invalid", "A token cannot be called as callers without one are.");
        if (EmailAddress.TryParse(name, out _)) throw Refused("token.name_invalid", "A token cannot be called as a user is: the audit trail would not tell them apart.");
        var scope = new AccessScope(role, pipelines);
        if (actsAlone && role < Role.Operator)
            throw Refused("token.acts_alone", "Only an operator or an admin may act at all, and so alone.", "Give the role operator, or leave the flag out.");
        return database.WriteAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            foreach (var row in await RowsAsync(connection, name))
            {
                if (row.ToToken().IsValid(now)) throw Refused("token.exists", $"There is a token {name} already.", "Revoke it, or choose another name.");
            }

            await scope.RequireAsync(connection, "token");
            var (id, text) = TokenText.New(TokenText.Token);
            var token = new AccessToken(id, name, role, pipelines, now, expiresAt, LastUsedAt: null, RevokedAt: null) { ActsAlone = actsAlone };
            await connection.ExecuteAsync("""
                INSERT INTO tokens (id, name, digest, role, pipelines, created_at, expires_at, acts_alone)
                VALUES (@id, @name, @digest, @role, @pipelines, @created, @expires, @alone)
                """, new
            {
                id,
                name,
                digest = TokenText.Digest(text),
                role = EnumWord.Of(role),
                pipelines = scope.PipelinesText,
                created = now.ToUnixTimeMilliseconds(),
                expires = expiresAt?.ToUnixTimeMilliseconds(),
                alone = actsAlone ? 1 : 0,
            });
            await AuditCatalog.AddAsync(connection, now, new(who, "token.create", $"token {name}", AuditOutcome.Done)
            {
                Detail = actsAlone ? $"{scope}, acts alone" : $"{scope}",
            });
            return new CreatedToken(token, text);
        }, cancellationToken);
    }

    /// <summary>Every token, those that are revoked or over too, by name.</summary>
    public Task<IReadOnlyList<AccessToken>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<AccessToken>>(async connection =>
            [.. (await connection.QueryAsync<TokenRow>($"SELECT {Columns} FROM tokens ORDER BY name, created_at")).Select(row => row.ToToken())], cancellationToken);

    /// <summary>Ends a token, from the next request on.</summary>
    /// <param name="nameOrId">Its name, or its id.</param>
    /// <param name="who">Who ends it, for the audit trail.</param>
    /// <param name="cancellationToken">Nothing is changed where it throws.</param>
    /// <exception cref="TidemarkException"><c>token.unknown</c> (usage).</exception>
    public Task<AccessToken> RevokeAsync(string nameOrId, AuditActor who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            var all = (await connection.QueryAsync<TokenRow>($"SELECT {Columns} FROM tokens WHERE revoked_at IS NULL")).Select(row => row.ToToken()).ToList();
            var found = all.Find(token => token.Id == nameOrId) ?? all.Where(token => token.Name == nameOrId).MaxBy(token => token.CreatedAt)
                ?? throw Refused("token.unknown", $"There is no token {nameOrId}.", NearestName.Hint(nameOrId, all.Select(token => token.Name)));
            await connection.ExecuteAsync("UPDATE tokens SET revoked_at = @now WHERE id = @Id", new { now = now.ToUnixTimeMilliseconds(), found.Id });
            await AuditCatalog.AddAsync(connection, now, new(who, "token.revoke", $"token {found.Name}", AuditOutcome.Done));
            return found with { RevokedAt = now };
        }, cancellationToken);

    /// <summary>The token of a text, valid or not; null where there is none.</summary>
    /// <param name="text">What the bearer shows.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    public async Task<AccessToken?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (TokenText.IdOf(text, TokenText.Token) is not { } id) return null;
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<TokenRow>(
            $"SELECT {Columns} FROM tokens WHERE id = @id", new { id }), cancellationToken);
        if (row is null || !TokenText.Fits(text, row.Digest)) return null;
        var token = row.ToToken();
        var now = clock.GetUtcNow();
        if (token.IsValid(now) && (token.LastUsedAt is not { } used || now - used > UseIsNoted))
        {
            await database.NoteAsync(connection => connection.ExecuteAsync(
                "UPDATE tokens SET last_used_at = @now WHERE id = @id", new { now = now.ToUnixTimeMilliseconds(), id }), cancellationToken);
        }

        return token;
    }

    private static async Task<IEnumerable<TokenRow>> RowsAsync(DbConnection connection, string name) =>
        await connection.QueryAsync<TokenRow>($"SELECT {Columns} FROM tokens WHERE name = @name", new { name });

    private static TidemarkException Refused(string code, string message, string? hint = null) =>
        new(FailureKind.Usage, code, message) { Hint = hint };

    private sealed record TokenRow
    {
        public required string Id { get; init; }

        public required string Name { get; init; }

        public required string Digest { get; init; }

        public required string Role { get; init; }

        public required string Pipelines { get; init; }

        public required long CreatedAt { get; init; }

        public long? ExpiresAt { get; init; }

        public long? LastUsedAt { get; init; }

        public long? RevokedAt { get; init; }

        public required long ActsAlone { get; init; }

        public AccessToken ToToken()
        {
            var scope = AccessScope.Read(Role, Pipelines);
            return new(Id, Name, scope.Role, scope.Pipelines, Time(CreatedAt)!.Value, Time(ExpiresAt), Time(LastUsedAt), Time(RevokedAt)) { ActsAlone = ActsAlone != 0 };
        }

        private static DateTimeOffset? Time(long? milliseconds) =>
            milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }
}
