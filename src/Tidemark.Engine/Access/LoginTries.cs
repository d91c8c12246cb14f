using System.Data.Common;
using Dapper;

namespace Tidemark.Engine.Access;

/// <summary>
/// Counts the tries to log in, of addresses that nobody has too, so that the answer is the same. An address is kept as its digest: people
/// type passwords in the wrong field.
/// </summary>
internal static class LoginTries
{
    /// <summary>This many wrong tries lock an account.</summary>
    public const int Most = 5;

    public static readonly TimeSpan LockLasts = TimeSpan.FromMinutes(15);

    /// <summary>Counts a try before its password is looked at, so that tries at the same moment are counted too.</summary>
    /// <returns>How many tries this one is since the last right one; null where the account is locked.</returns>
    public static async Task<int?> CountAsync(DbConnection connection, string typed, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        await connection.ExecuteAsync("DELETE FROM login_tries WHERE last_at <= @over", new { over = at - (long)LockLasts.TotalMilliseconds });
        var account = Account(typed);
        var tries = await connection.QuerySingleOrDefaultAsync<long>("SELECT tries FROM login_tries WHERE account = @account", new { account }) + 1;
        if (tries > Most) return null;
        await connection.ExecuteAsync("""
            INSERT INTO login_tries (account, tries, last_at) VALUES (@account, @tries, @at)
            ON CONFLICT (account) DO UPDATE SET tries = excluded.tries, last_at = excluded.last_at
            """, new { account, tries, at });
        return (int)tries;
    }

    /// <summary>Begins to count anew.</summary>
    public static Task ForgetAsync(DbConnection connection, string email) =>
        connection.ExecuteAsync("DELETE FROM login_tries WHERE account = @account", new { account = Account(email) });

    private static string Account(string typed) => TokenText.Digest(EmailAddress.TryParse(typed, out var email) ? email : typed);
}
