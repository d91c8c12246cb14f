using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Webhook;

/// <summary>Settings of an address that messages are posted to.</summary>
public sealed record WebhookOptions
{
    [Required]
    [Description("Address that messages are posted to, as JSON.")]
    [Example("https://hooks.example.com/tidemark")]
    public Uri? Url { get; set; }

    [Required, WebhookSecret]
    [Description("Secret that messages are signed with: 24 to 64 bytes in base64, with or without whsec_ before it.")]
    [Example("whsec_dGlkZW1hcmsgc2lnbnMgd2l0aCB0aGlzIHNlY3JldA==")]
    public Secret? Secret { get; set; }

    [WebhookSecret]
    [Description("Second secret, while receivers go from one to the other: messages are signed with both.")]
    public Secret? SecondSecret { get; set; }

    [Advanced]
    [Description("Whether the address may be on this machine or in a private network, by plain http too.")]
    public bool AllowPrivateNetwork { get; set; }
}

/// <summary>Accepts secrets that Standard Webhooks accepts.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WebhookSecretAttribute : ValidationAttribute
{
    private const string Prefix = "whsec_";
    private const int Least = 24;
    private const int Most = 64;

    public override bool IsValid(object? value) => value is string text && BytesOf(new(text)) is { Length: >= Least and <= Most };

    public override string FormatErrorMessage(string name) => $"The setting {name} is not {Least} to {Most} bytes in base64.";

    /// <summary>The bytes of a secret; null where it is no base64.</summary>
    public static byte[]? BytesOf(Secret secret)
    {
        var text = secret.Reveal();
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text, bytes, out var length) ? bytes[..length] : null;
    }
}
