using Npgsql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Postgres;

/// <summary>Reads an address of a database in either of its two forms.</summary>
internal static class PostgresAddress
{
    /// <summary>What to write in place of an address that cannot be read.</summary>
    public const string Advice = "Write postgres://user:password@host:5432/database; special characters percent-encoded.";

    private const int KeepAliveSeconds = 30;

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
            var builder = IsUri(address) ? FromUri(address)
                : LibpqText.Parse(address) is { } pairs ? FromPairs(new(), pairs) : new NpgsqlConnectionStringBuilder(address);
            // A host with a space in it is the rest of a text of another form, and maybe a password.
            return string.IsNullOrEmpty(builder.Host) || builder.Host.Any(char.IsWhiteSpace) ? null : builder;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The address as sessions of a run use it.</summary>
    /// <param name="url">The setting.</param>
    /// <param name="program">What the server shows a session as where the address does not say.</param>
    /// <exception cref="TidemarkException">As <see cref="Parse"/>.</exception>
    public static NpgsqlConnectionStringBuilder ForWork(Secret url, string program)
    {
        var address = Parse(url.Reveal());
        address.ApplicationName ??= program;
        // A connection that is given back is closed for good: its locks and temporary tables must not live on.
        address.Pooling = false;
        address.IncludeErrorDetail = false;
        // A firewall forgets a connection that is silent while the source is slow.
        if (address.KeepAlive == 0) address.KeepAlive = KeepAliveSeconds;
        address.TcpKeepAlive = true;
        return address;
    }

    /// <summary>Whether it is written as <c>postgres://…</c>.</summary>
    public static bool IsUri(string address) => address.StartsWith("postgres://", StringComparison.Ordinal)
        || address.StartsWith("postgresql://", StringComparison.Ordinal);

    private static NpgsqlConnectionStringBuilder FromUri(string address)
    {
        // Several hosts are no address to .NET; Npgsql takes them as they are written.
        var authority = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/', '?', '#')[0];
        var hosts = authority[(authority.LastIndexOf('@') + 1)..];
        var uri = new Uri(hosts.Contains(',', StringComparison.Ordinal) ? address.Replace(hosts, hosts.Split(',')[0], StringComparison.Ordinal) : address);
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
        if (hosts.Contains(',', StringComparison.Ordinal)) builder.Host = hosts;
        return FromPairs(builder, uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
            pair.Split('=', 2) is [var name, var value] ? KeyValuePair.Create(name, Uri.UnescapeDataString(value)) : KeyValuePair.Create(pair, "")));
    }

    /// <remarks>https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS.</remarks>
    private static NpgsqlConnectionStringBuilder FromPairs(
        NpgsqlConnectionStringBuilder builder, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach (var (name, value) in pairs)
        {
            // Npgsql has nothing to turn off or on here.
            if (name is "fallback_application_name" or "keepalives_count" or "tcp_user_timeout" or "sslcompression" or "sslsni" or "requirepeer") continue;
            builder[name switch
            {
                "hostaddr" or "host" => "Host",
                "dbname" => "Database",
                "user" => "Username",
                "sslmode" => "SSL Mode",
                "sslrootcert" => "Root Certificate",
                "sslcert" => "SSL Certificate",
                "sslkey" => "SSL Key",
                "sslpassword" => "SSL Password",
                "application_name" => "Application Name",
                "connect_timeout" => "Timeout",
                "channel_binding" => "Channel Binding",
                "target_session_attrs" => "Target Session Attributes",
                "keepalives" => "TCP KeepAlive",
                "keepalives_idle" => "TCP KeepAlive Time",
                "keepalives_interval" => "TCP KeepAlive Interval",
                "client_encoding" => "Client Encoding",
                "gssencmode" => "GSS Encryption Mode",
                "krbsrvname" => "Kerberos Service Name",
                "passfile" => "Passfile",
                _ => name,
            }] = name switch
            {
                "sslmode" => value.Replace("-", "", StringComparison.Ordinal),
                "keepalives" => value == "0" ? "false" : "true",
                _ => value,
            };
        }

        return builder;
    }
}
