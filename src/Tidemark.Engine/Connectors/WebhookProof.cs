using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Connectors;

/// <summary>How a call is shown to be the vendor's. Nothing here takes longer for a guess that is nearly right.</summary>
public static class WebhookProof
{
    /// <summary>The header in which a caller shows a token, where its vendor signs nothing.</summary>
    public const string TokenHeader = "X-Webhook-Token";

    // As vendors recommend: a call that somebody has recorded is of no use afterwards.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The HMAC-SHA256 of some parts, one behind the other.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> key, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts) hash.AppendData(part.Span);
        return hash.GetHashAndReset();
    }

    /// <summary>Whether a signature is the expected one.</summary>
    public static bool IsSame(string? shown, string expected) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(expected));

    /// <summary>Whether a time in a call, in Unix seconds, is about now.</summary>
    public static bool IsOfNow(string? seconds, DateTimeOffset now) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Math.Abs(now.ToUnixTimeSeconds() - at) <= Tolerance.TotalSeconds;

    /// <summary>Looks for the token of a source in the header <see cref="TokenHeader"/>. Such a call may tell of any stream.</summary>
    /// <exception cref="TidemarkException"><c>webhook.refused</c>.</exception>
    public static WebhookNews Token(WebhookCall call, Secret secret) =>
        IsSame(call.Header(TokenHeader), secret.Reveal()) ? new(null, null) : throw Refused($"The call does not show the token of this source in {TokenHeader}.");

    /// <summary>A text in the body; null where it is not there.</summary>
    /// <param name="call">The call.</param>
    /// <param name="path">Names from the outside in.</param>
    /// <exception cref="TidemarkException"><c>webhook.malformed</c> (usage).</exception>
    public static string? Text(WebhookCall call, params ReadOnlySpan<string> path)
    {
        try
        {
            using var body = JsonDocument.Parse(call.Body);
            var value = body.RootElement;
            foreach (var name in path)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return null;
            }

            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new TidemarkException(FailureKind.Usage, "webhook.malformed", "The call's body is no JSON.", wrong);
        }
    }

    public static TidemarkException Refused(string why) => new(FailureKind.Usage, "webhook.refused", why)
    {
        Hint = "Compare the source's webhook_secret with what the vendor shows for this address.",
    };
}
