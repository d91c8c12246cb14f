using Npgsql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>Reads an address of a database in either of its two forms.</summary>
internal static class PostgresAddress
{
    /// <summary>What to write in place of an address that cannot be read.</summary>
    public const string Advice = "Write postgres://user:password@host:5432/database; special characters percent-encoded.";

    /// <exception cref="TidemarkException"><c>postgres.address_invalid</c>; the address itself is not repeated.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string address) => TryParse(address)
        ?? throw new TidemarkException(
            FailureKind.Configuration, "postgres.address_invalid", "The setting url is not an address of a database.")
        {
            Hint = Advice,
        };

    /// <summary>Null for an address that cannot be read. Why is lost on purpose: the reader's words repeat what it read.</summary>
    public static NpgsqlConnectionStringBuilder? TryParse(string address)
    {
        try
        {
            var builder = IsUri(address) ? FromUri(new Uri(address)) : new NpgsqlConnectionStringBuilder(address);
            return string.IsNullOrEmpty(builder.Host) ? null : builder;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether it is written as <c>postgres://…</c>.</summary>
    public static bool IsUri(string address) => address.StartsWith("postgres://", StringComparison.Ordinal)
        || address.StartsWith("postgresql://", StringComparison.Ordinal);

    private static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        // The host of a password with a slash or a hash in it is the user, and the rest of the password a database: messages
        // would name both.
        if (uri.AbsolutePath.Contains('@', StringComparison.Ordinal) || uri.Fragment.Length > 0)
            throw new FormatException("A special character is not percent-encoded.");
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host.Length == 0 ? "localhost" : Uri.UnescapeDataString(uri.Host) };
        if (uri.Port > 0) builder.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1) builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right]
                ? (left, Uri.UnescapeDataString(right)) : (pair, "");
            builder[name switch
            {
                "sslmode" => "SSL Mode",
                "sslrootcert" => "Root Certificate",
                "application_name" => "Application Name",
                "connect_timeout" => "Timeout",
                "host" => "Host",
                _ => name,
            }] = name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return builder;
    }
}
