using System.Diagnostics.CodeAnalysis;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Access;

/// <summary>The address by which a user is known: in small letters, as Anna@ and anna@ are one.</summary>
internal static class EmailAddress
{
    // https://www.rfc-editor.org/errata/eid1690: as long as a path of SMTP can carry.
    private const int MaxLetters = 254;

    /// <summary>An address as it is kept.</summary>
    /// <exception cref="TidemarkException"><c>user.email_invalid</c> (usage).</exception>
    public static string Parse(string typed) => TryParse(typed, out var address) ? address
        : throw new TidemarkException(FailureKind.Usage, "user.email_invalid", "This is no e-mail address.") { Hint = "Write it as anna@example.com." };

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(string? typed, [NotNullWhen(true)] out string? address)
    {
        address = typed?.Trim().ToLowerInvariant();
        if (address is { Length: <= MaxLetters } && address.Split('@') is [{ Length: > 0 }, { Length: > 0 }]
            && PlainLine.Of(address) == address && !address.Any(letter => char.IsWhiteSpace(letter) || letter == '\uFFFD')) return true;
        address = null;
        return false;
    }
}
