using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>
/// An address as it is typed, in parts: <c>SCHEME:[//[USER[:PASSWORD]@]HOST]PATH[?NAME=VALUE&amp;…]</c>. It is no strict URL: keys and
/// file names stand in it as they are, where a special character does not end their part.
/// </summary>
internal sealed record AddressText(string Scheme, string? UserInfo, string Host, string Path)
{
    /// <summary>What is typed behind the question mark, not unescaped.</summary>
    public IReadOnlyList<(string Name, string Value)> Query { get; init; } = [];

    /// <summary>Null for a text that does not begin with a scheme.</summary>
    public static AddressText? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || !text[..colon].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '+')) return null;
        var (rest, query) = Cut(text[(colon + 1)..], '?');
        var pairs = (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => Cut(pair, '=')).Select(pair => (pair.Before, pair.After ?? ""));
        if (!rest.StartsWith("//", StringComparison.Ordinal)) return new(text[..colon], null, "", rest) { Query = [.. pairs] };
        rest = rest[2..];
        // A key may have a slash in it, and no host has a character that ends a user.
        var at = rest.LastIndexOf('@');
        var userInfo = at < 0 ? null : rest[..at];
        rest = rest[(at + 1)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? new(text[..colon], userInfo, rest, "") { Query = [.. pairs] }
            : new(text[..colon], userInfo, rest[..slash], rest[slash..]) { Query = [.. pairs] };
    }

    /// <summary>The address with another user, and some of its parameters alone.</summary>
    /// <param name="user">What stands before the @; null for none.</param>
    /// <param name="keeps">Whether a parameter stays.</param>
    public string With(string? user, Func<string, bool> keeps)
    {
        var query = string.Join('&', Query.Where(pair => keeps(pair.Name)).Select(pair => $"{pair.Name}={pair.Value}"));
        var authority = UserInfo is null && Host.Length == 0 && Path.Length > 0 ? "" : $"//{(user is null ? "" : user + "@")}{Host}";
        return $"{Scheme}:{authority}{Path}{(query.Length > 0 ? "?" + query : "")}";
    }

    /// <summary>A name as one for a message: never what a secret may stand in.</summary>
    public static string Name(string name) => SettingsBinder.Shown(name);

    private static (string Before, string? After) Cut(string text, char mark) =>
        text.IndexOf(mark) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);
}
