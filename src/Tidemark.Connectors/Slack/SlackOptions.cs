using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Slack;

/// <summary>Settings of a channel of Slack, or of what takes the same messages (Mattermost, Rocket.Chat, Discord with /slack).</summary>
public sealed record SlackOptions
{
    [Required, SecretAddress]
    [Description("Address of the incoming webhook. Whoever has it can write to the channel: it is a secret.")]
    [Example("https://hooks.slack.com/services/T0/B0/0123456789")]
    public Secret? Url { get; set; }

    [Advanced]
    [Description("Whether the server may be on this machine or in a private network, by plain http too.")]
    public bool AllowPrivateNetwork { get; set; }
}

/// <summary>Accepts addresses of http and https.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAddressAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is string text && AddressOf(new(text)) is not null;

    public override string FormatErrorMessage(string name) => $"The setting {name} is no address that begins with http:// or https://.";

    public static Uri? AddressOf(Secret secret) =>
        Uri.TryCreate(secret.Reveal(), UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "" } ? address : null;
}
