using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Access;

/// <summary>The users of a catalog: invited, changed, removed. At least one of them stays an administrator.</summary>
public sealed class UserCatalog(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>Every user, by address.</summary>
    public Task<IReadOnlyList<User>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<User>>(async connection =>
            [.. (await connection.QueryAsync<UserRow>($"SELECT {UserRow.Columns} FROM users ORDER BY email")).Select(row => row.ToUser())], cancellationToken);

    /// <summary>One user.</summary>
    /// <exception cref="TidemarkException"><c>user.unknown</c> (usage).</exception>
    public Task<User> FindAsync(string email, CancellationToken cancellationToken) =>
        database.ReadAsync(async connection => (await UserRow.FindAsync(connection, email)).ToUser(), cancellationToken);

    /// <summary>Makes a user, and the link with which they set their password.</summary>
    /// <param name="wanted">Who.</param>
    /// <param name="who">Who invites, for the audit trail.</param>
    /// <param name="cancellationToken">Nothing is made where it throws.</param>
    /// <exception cref="TidemarkException"><c>user.email_invalid</c>, <c>user.name_invalid</c>, <c>user.role_invalid</c>, <c>user.exists</c>,
    /// <c>user.admin_limited</c>, <c>pipeline.unknown</c> (usage).</exception>
    public Task<(User User, UserLink Link)> InviteAsync(NewUser wanted, AuditActor who, CancellationToken cancellationToken)
    {
        var email = EmailAddress.Parse(wanted.Email);
        var name = NameOf(wanted.Name ?? email.Split('@')[0]);
        var scope = new AccessScope(RoleOf(wanted.Role), wanted.Pipelines);
        return database.WriteAsync(async connection =>
        {
            if (await UserRow.FindOrDefaultAsync(connection, email) is not null)
                throw Refused("user.exists", $"There is a user {email} already.", "Change their role, or make them a link for a new password.");
            await scope.RequireAsync(connection, "user");
            var now = clock.GetUtcNow();
            await InsertAsync(connection, email, name, scope, password: null, now);
            var link = await UserLinks.MakeAsync(connection, email, UserLinks.InvitationLasts, now);
            await AuditCatalog.AddAsync(connection, now, new(who, "user.invite", $"user {email}", AuditOutcome.Done) { Detail = $"{scope}" });
            return ((await UserRow.FindAsync(connection, email)).ToUser(), link);
        }, cancellationToken);
    }

    /// <summary>Makes a link with which a user sets a new password; the old one holds until then.</summary>
    /// <exception cref="TidemarkException"><c>user.unknown</c>, <c>user.inactive</c> (usage).</exception>
    public Task<(User User, UserLink Link)> ResetAsync(string email, AuditActor who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var user = (await UserRow.FindAsync(connection, email)).ToUser();
            if (!user.IsActive) throw Refused("user.inactive", $"{user.Email} may not log in.", "Make the user active first.");
            var now = clock.GetUtcNow();
            var link = await UserLinks.MakeAsync(connection, user.Email, UserLinks.ResetLasts, now);
            await AuditCatalog.AddAsync(connection, now, new(who, "user.reset", $"user {user.Email}", AuditOutcome.Done));
            return (user, link);
        }, cancellationToken);

    /// <summary>Changes what a user may do, from their next request on.</summary>
    /// <exception cref="TidemarkException"><c>user.unknown</c>, <c>user.name_invalid</c>, <c>user.role_invalid</c>, <c>user.admin_limited</c>,
    /// <c>user.last_admin</c>, <c>pipeline.unknown</c> (usage).</exception>
    public Task<User> ChangeAsync(string email, UserChange change, AuditActor who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var row = await UserRow.FindAsync(connection, email);
            var user = row.ToUser();
            var scope = new AccessScope(RoleOf(change.Role ?? user.Role), change.Pipelines ?? user.Pipelines);
            if (change.Role is not null || change.Pipelines is not null) await scope.RequireAsync(connection, "user");
            var isActive = change.IsActive ?? user.IsActive;
            if (scope.Role != Role.Admin || !isActive) await RequireAnotherAdminAsync(connection, row);
            var now = clock.GetUtcNow();
            await connection.ExecuteAsync("UPDATE users SET name = @name, role = @role, pipelines = @pipelines, active = @active WHERE email = @Email", new
            {
                name = NameOf(change.Name ?? user.Name),
                role = EnumWord.Of(scope.Role),
                pipelines = scope.PipelinesText,
                active = isActive ? 1L : 0L,
                user.Email,
            });
            if (!isActive) await EndAsync(connection, user.Email);
            await AuditCatalog.AddAsync(connection, now, new(who, "user.change", $"user {user.Email}", AuditOutcome.Done)
            {
                Detail = isActive ? $"{scope}" : "inactive",
            });
            return (await UserRow.FindAsync(connection, user.Email)).ToUser();
        }, cancellationToken);

    /// <summary>Removes a user, who is logged out at once. What they did stays in the audit trail.</summary>
    /// <exception cref="TidemarkException"><c>user.unknown</c>, <c>user.last_admin</c> (usage).</exception>
    public Task<User> RemoveAsync(string email, AuditActor who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var row = await UserRow.FindAsync(connection, email);
            await RequireAnotherAdminAsync(connection, row);
            await connection.ExecuteAsync("DELETE FROM users WHERE email = @Email", new { row.Email });
            await AuditCatalog.AddAsync(connection, clock.GetUtcNow(), new(who, "user.remove", $"user {row.Email}", AuditOutcome.Done));
            return row.ToUser();
        }, cancellationToken);

    internal static Task InsertAsync(DbConnection connection, string email, string name, AccessScope scope, string? password, DateTimeOffset now) =>
        connection.ExecuteAsync("""
            INSERT INTO users (email, name, role, pipelines, active, password, created_at)
            VALUES (@email, @name, @role, @pipelines, 1, @password, @now)
            """, new
        {
            email,
            name,
            role = EnumWord.Of(scope.Role),
            pipelines = scope.PipelinesText,
            password,
            now = now.ToUnixTimeMilliseconds(),
        });

    /// <exception cref="TidemarkException"><c>user.name_invalid</c> (usage).</exception>
    internal static string NameOf(string name) => DefinitionName.Mistake(name) is { } mistake
        ? throw Refused("user.name_invalid", $"A user cannot be called so: {mistake}") : name;

    /// <summary>Ends the sessions of a user, and the links that wait for them.</summary>
    internal static Task EndAsync(DbConnection connection, string email) =>
        connection.ExecuteAsync("DELETE FROM sessions WHERE email = @email; DELETE FROM user_links WHERE email = @email", new { email });

    private static Role RoleOf(Role role) => role is Role.Viewer or Role.Operator or Role.Admin ? role
        : throw Refused("user.role_invalid", $"A user cannot have the role {EnumWord.Of(role)}.", "Give viewer, operator or admin.");

    /// <summary>Refuses to take the rights of the last one who can give them back.</summary>
    private static async Task RequireAnotherAdminAsync(DbConnection connection, UserRow one)
    {
        if (!one.IsAdmin) return;
        var all = await connection.QueryAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE role = 'admin' AND email <> @Email", new { one.Email });
        if (!all.Any(other => other.IsAdmin))
        {
            throw Refused("user.last_admin", $"{one.Email} is the last administrator who can log in.",
                "Make somebody else an administrator first; they have to have set their password.");
        }
    }

    private static TidemarkException Refused(string code, string message, string? hint = null) =>
        new(FailureKind.Usage, code, message) { Hint = hint };
}
