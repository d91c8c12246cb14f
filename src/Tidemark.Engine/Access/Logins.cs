using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Access;

/// <summary>Logs people in by their password.</summary>
public sealed class Logins(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>Opens a session. Five wrong passwords lock an account for 15 minutes; an address that nobody has is answered likewise.</summary>
    /// <param name="email">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="replaces">The session that the browser has already, which ends; null for none.</param>
    /// <param name="cancellationToken">No session is opened where it throws.</param>
    /// <exception cref="TidemarkException"><c>login.refused</c> (usage): whatever the reason.</exception>
    public async Task<OpenedSession> LogInAsync(
        string email, string password, Device device, string? replaces, CancellationToken cancellationToken)
    {
        var user = await CheckAsync(email, password, device, cancellationToken);
        return await database.WriteAsync(async connection =>
        {
            // Looked at once more: the user may have been changed since.
            if (await UserRow.FindOrDefaultAsync(connection, user.Email) is not { Active: not 0 } row || row.Password != user.Password) throw Refused();
            await LoginTries.ForgetAsync(connection, user.Email);
            await connection.ExecuteAsync("DELETE FROM sessions WHERE id = @replaces", new { replaces });
            return await SessionCatalog.OpenAsync(connection, row, device, device.From, clock.GetUtcNow());
        }, cancellationToken);
    }

    /// <summary>Sets a new password, ends every session of the user, and opens a new one in the place of the caller's.</summary>
    /// <param name="email">The user.</param>
    /// <param name="current">The password until now; wrong ones are counted as at a login.</param>
    /// <param name="wanted">From 12 to 128 letters.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="cancellationToken">Nothing is changed where it throws.</param>
    /// <exception cref="TidemarkException"><c>user.password_invalid</c>, <c>login.refused</c> (usage).</exception>
    public async Task<OpenedSession> ChangePasswordAsync(string email, string current, string wanted, Device device, CancellationToken cancellationToken)
    {
        PasswordText.Require(wanted);
        var user = await CheckAsync(email, current, device, cancellationToken);
        var hash = PasswordText.Hash(wanted);
        return await database.WriteAsync(async connection =>
        {
            if (await UserRow.FindOrDefaultAsync(connection, user.Email) is not { Active: not 0 } row || row.Password != user.Password) throw Refused();
            await UserLinks.SetPasswordAsync(connection, user.Email, hash);
            var now = clock.GetUtcNow();
            await AuditCatalog.AddAsync(connection, now, new(new(user.Email, "api"), "user.password", $"user {user.Email}", AuditOutcome.Done) { Detail = device.From });
            return await SessionCatalog.OpenAsync(connection, row, device, $"{device.From}, with a new password", now);
        }, cancellationToken);
    }

    /// <summary>The user whose password it is. Every try is counted, and every refusal written down.</summary>
    private async Task<UserRow> CheckAsync(string email, string password, Device device, CancellationToken cancellationToken)
    {
        var (row, tries) = await database.WriteAsync(async connection => (
            EmailAddress.TryParse(email, out var address) ? await UserRow.FindOrDefaultAsync(connection, address) : null,
            await LoginTries.CountAsync(connection, email, clock.GetUtcNow())), cancellationToken);
        var fits = PasswordText.Fits(password, row?.Password);
        if (row is { Active: not 0 } && tries is not null && fits) return row;
        await database.WriteAsync(async connection =>
        {
            var now = clock.GetUtcNow();
            var subject = row is null ? "an unknown address" : $"user {row.Email}";
            var isLocked = tries is null or LoginTries.Most;
            await AuditCatalog.AddAsync(connection, now, new(new(row?.Email, "page"), "login", subject, AuditOutcome.Refused)
            {
                Detail = isLocked ? $"{device.From}, locked" : device.From,
            });
            if (tries == LoginTries.Most) await AuditCatalog.AddAsync(connection, now, new(new(row?.Email, "page"), "login.lock", subject, AuditOutcome.Done));
        }, cancellationToken);
        throw Refused();
    }

    private static TidemarkException Refused() => new(FailureKind.Usage, "login.refused", "E-mail or password is wrong.")
    {
        Hint = "After five wrong tries an account is locked for 15 minutes.",
    };
}
