using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Access.OpenId;

/// <summary>What the settings of the OpenID provider say, and what is wrong with them.</summary>
internal static class OpenIdSettings
{
    /// <summary>The highest role that groups give; null for none.</summary>
    public static Role? RoleOf(IEnumerable<string> groups, IReadOnlyList<string> mapping)
    {
        var roles = mapping.Select(Parse).OfType<(string Group, Role Role)>().ToLookup(entry => entry.Group, entry => entry.Role, StringComparer.Ordinal);
        return groups.SelectMany(group => roles[group]).Select(role => (Role?)role).Max();
    }

    /// <summary>Everything that is wrong with them.</summary>
    public static IEnumerable<Problem> Problems(ServerOptions options)
    {
        if (options.OidcAuthority is null)
        {
            if (options.OidcClientId is not null || options.OidcClientSecret is not null || options.OidcGroups.Count > 0 || !options.Passwords)
                yield return new("setting.missing", "server", "Where there is no OpenID provider, people log in with passwords, and nothing else about it can be set.", "Set oidc_authority, or neither.");
            yield break;
        }

        if (options.OidcClientId is null || options.OidcClientSecret is null || options.OidcGroups.Count == 0)
            yield return new("setting.missing", "server", "The OpenID provider needs oidc_client_id, oidc_client_secret and oidc_groups.", "Without a group that has a role nobody could log in.");
        if (options.OidcAuthority.Scheme != Uri.UriSchemeHttps && !options.OidcAuthority.IsLoopback)
            yield return new("setting.invalid", "server, setting oidc_authority", "The OpenID provider is not asked over plain HTTP.", "Give its address with https://.");
        foreach (var entry in options.OidcGroups.Where(entry => Parse(entry) is null))
            yield return new("setting.invalid", "server, setting oidc_groups", $"{entry} gives no group a role.", "Write group=viewer, group=operator or group=admin.");
    }

    /// <summary>A group and its role, which stands behind the last equals sign.</summary>
    private static (string Group, Role Role)? Parse(string entry)
    {
        var at = entry.LastIndexOf('=');
        return at > 0 && Enum.TryParse<Role>(entry[(at + 1)..].Trim(), ignoreCase: true, out var role) && role is Role.Viewer or Role.Operator or Role.Admin
            ? (entry[..at].Trim(), role) : null;
    }
}
