using System.Data.Common;
using Dapper;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Access;

/// <summary>A user as the catalog has them.</summary>
internal sealed record UserRow
{
    public const string Columns =
        "email AS Email, name AS Name, role AS Role, pipelines AS Pipelines, active AS Active, password AS Password, subject AS Subject, created_at AS CreatedAt, "
        + "last_login_at AS LastLoginAt";

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    public required string Pipelines { get; init; }

    public required long Active { get; init; }

    public string? Password { get; init; }

    /// <summary>Who they are at the OpenID provider, as stored.</summary>
    public string? Subject { get; init; }

    public required long CreatedAt { get; init; }

    public long? LastLoginAt { get; init; }

    /// <summary>Whether they can act as an administrator today.</summary>
    public bool IsAdmin => Active != 0 && Role == "admin" && (Password is not null || Subject is not null);

    public User ToUser()
    {
        var scope = AccessScope.Read(Role, Pipelines);
        return new(
            Email, Name, scope.Role, scope.Pipelines, Active != 0, Password is not null, Subject is not null, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            LastLoginAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
    }

    public static Task<UserRow?> FindOrDefaultAsync(DbConnection connection, string email) =>
        connection.QuerySingleOrDefaultAsync<UserRow>($"SELECT {Columns} FROM users WHERE email = @email", new { email });

    /// <exception cref="TidemarkException"><c>user.unknown</c> (usage).</exception>
    public static async Task<UserRow> FindAsync(DbConnection connection, string typed)
    {
        if (EmailAddress.TryParse(typed, out var email) && await FindOrDefaultAsync(connection, email) is { } row) return row;
        var known = await connection.QueryAsync<string>("SELECT email FROM users ORDER BY email");
        throw new TidemarkException(FailureKind.Usage, "user.unknown", $"There is no user {typed}.") { Hint = NearestName.Hint(typed, known, shown: 20) };
    }
}
