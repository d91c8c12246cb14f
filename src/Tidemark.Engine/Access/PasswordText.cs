using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Access;

/// <summary>
/// Passwords: long ones, without rules on what is in them (https://pages.nist.gov/800-63-4/sp800-63b.html). Kept as PBKDF2 with
/// HMAC-SHA512 and a salt of their own.
/// </summary>
internal static class PasswordText
{
    private const int Least = 12;
    private const int Most = 128;

    // https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    private const int Iterations = 210_000;

    private static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    // Compared with where there is no password, so that the answer takes as long.
    private static readonly string Nobody = Hash(Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));

    /// <exception cref="TidemarkException"><c>user.password_invalid</c> (usage).</exception>
    public static void Require(string password)
    {
        if (IsOne(password)) return;
        throw new TidemarkException(FailureKind.Usage, "user.password_invalid", $"A password has from {Least} to {Most} letters.")
        {
            Hint = "A few words that do not belong together are long and easy to remember.",
        };
    }

    public static string Hash(string password) => Hasher.HashPassword("", password);

    /// <summary>Whether a password is the one of a hash.</summary>
    /// <param name="password">As typed.</param>
    /// <param name="hash">As kept; null where there is none: it takes as long, and does not fit.</param>
    public static bool Fits(string password, string? hash)
    {
        var isOne = IsOne(password);
        var fits = Hasher.VerifyHashedPassword("", hash ?? Nobody, isOne ? password : "") != PasswordVerificationResult.Failed;
        return isOne && fits && hash is not null;
    }

    // Half of a surrogate pair has no bytes that could be hashed.
    private static bool IsOne(string password) =>
        password.Length is >= Least and <= Most && !password.EnumerateRunes().Contains(Rune.ReplacementChar);
}
