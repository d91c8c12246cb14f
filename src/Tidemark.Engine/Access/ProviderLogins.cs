using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Access;

/// <summary>Logs people in whom an OpenID provider knows. They are made users at their first login; their groups decide on their role at each.</summary>
public sealed class ProviderLogins(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>Opens a session.</summary>
    /// <param name="login">What the provider says of them.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="replaces">The session that the browser has already, which ends; null for none.</param>
    /// <param name="cancellationToken">No session is opened where it throws.</param>
    /// <exception cref="TidemarkException"><c>login.no_role</c>, <c>login.inactive</c>, <c>login.no_email</c>, <c>login.email_taken</c> (usage).
    /// Who has lost every role is logged out everywhere.</exception>
    public async Task<OpenedSession> LogInAsync(ProviderLogin login, Device device, string? replaces, CancellationToken cancellationToken)
    {
        var subject = CatalogText.Encode($"{login.Issuer} {login.Subject}");
        var (opened, refusal) = await database.WriteAsync<(OpenedSession?, TidemarkException?)>(async connection =>
        {
            var now = clock.GetUtcNow();
            var known = await FindAsync(connection, subject);
            if (await WhyNotAsync(connection, login, known) is { } why)
            {
                if (known is not null) await connection.ExecuteAsync("DELETE FROM sessions WHERE email = @Email", new { known.Email });
                await AuditCatalog.AddAsync(connection, now, new(
                    new(known?.Email, "page"), "login", known is null ? "an unknown address" : $"user {known.Email}", AuditOutcome.Refused)
                {
                    Detail = $"{device.From}, by OpenID: {why.Code}",
                });
                return (null, why);
            }

            var email = known?.Email ?? EmailAddress.Parse(login.Email!);
            if (known is null && await UserRow.FindOrDefaultAsync(connection, email) is null)
                await UserCatalog.InsertAsync(connection, email, email, new(login.Role!.Value, []), password: null, now);
            await SaveAsync(connection, email, subject, login);
            await connection.ExecuteAsync("DELETE FROM sessions WHERE id = @replaces", new { replaces });
            return (await SessionCatalog.OpenAsync(connection, await UserRow.FindAsync(connection, email), device, $"{device.From}, by OpenID", now), null);
        }, cancellationToken);
        return opened ?? throw refusal!;
    }

    private static Task<UserRow?> FindAsync(DbConnection connection, string subject) =>
        connection.QuerySingleOrDefaultAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE subject = @subject", new { subject });

    /// <summary>Why somebody is not let in; null where they are.</summary>
    private static async Task<TidemarkException?> WhyNotAsync(DbConnection connection, ProviderLogin login, UserRow? known)
    {
        if (login.Role is null) return Refused("login.no_role", "Your groups give you no role here.");
        if (known is not null) return known.Active != 0 ? null : Refused("login.inactive", "You may not log in here.");
        if (!EmailAddress.TryParse(login.Email, out var email) || login.IsEmailVerified == false)
            return Refused("login.no_email", "The provider does not say your e-mail address, or has not seen that it is yours.");
        // A stranger who can choose an address at the provider must not become the user who has it here.
        var same = await UserRow.FindOrDefaultAsync(connection, email);
        if (same is not null && (same.Subject is not null || login.IsEmailVerified != true))
            return Refused("login.email_taken", $"There is another user with the address {email}.");
        return same is { Active: 0 } ? Refused("login.inactive", "You may not log in here.") : null;
    }

    /// <summary>An administrator has a role for everything; otherwise the pipelines stay that somebody has given here.</summary>
    private static Task<int> SaveAsync(DbConnection connection, string email, string subject, ProviderLogin login) => connection.ExecuteAsync("""
        UPDATE users SET subject = @subject, role = @role, name = coalesce(@name, name), pipelines = CASE WHEN @role = 'admin' THEN '[]' ELSE pipelines END
        WHERE email = @email
        """, new
    {
        subject,
        role = EnumWord.Of(login.Role!.Value),
        name = login.Name is { } name && DefinitionName.Mistake(PlainLine.Of(name)) is null ? PlainLine.Of(name) : null,
        email,
    });

    private static TidemarkException Refused(string code, string message) =>
        new(FailureKind.Usage, code, message) { Hint = "Ask an administrator." };
}
