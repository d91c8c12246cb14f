using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MimeKit;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Mail;

/// <summary>Settings of mail that is handed to a server by SMTP.</summary>
public sealed record MailOptions
{
    [Required]
    [Description("Name or address of the SMTP server.")]
    [Example("smtp.example.com")]
    public string Host { get; set; } = "";

    [Range(1, 65_535)]
    [Description("Its port: 587 with starttls, 465 with tls, 25 without.")]
    public int Port { get; set; } = 587;

    [Description("How the connection is encrypted: starttls begins in the clear and refuses to go on so, tls is encrypted from the first byte, none is for servers of this machine or network.")]
    public MailSecurity Security { get; set; }

    [Description("User of the server; none where it wants no login.")]
    public string Username { get; set; } = "";

    [Description("Password of the user.")]
    public Secret? Password { get; set; }

    [Required, MailAddresses]
    [Description("Sender of the mails.")]
    [Example("tidemark@example.com")]
    public string From { get; set; } = "";

    [Required, MailAddresses]
    [Description("Receivers, separated by commas.")]
    [Example("ops@example.com,night@example.com")]
    public IReadOnlyList<string> To { get; set; } = [];

    [FilePath, Advanced]
    [Description("PEM file of certificates to trust beside those of this machine, such as that of a server's own authority.")]
    public string? Certificates { get; set; }

    [Advanced]
    [Description("Whether the server may be on this machine or in a private network.")]
    public bool AllowPrivateNetwork { get; set; }
}

/// <summary>How a connection to a mail server is encrypted.</summary>
public enum MailSecurity
{
    Starttls,
    Tls,
    None,
}

/// <summary>Accepts addresses of mail.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MailAddressesAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value switch
    {
        string one => IsAddress(one),
        IReadOnlyList<string> { Count: > 0 } all => all.All(IsAddress),
        _ => false,
    };

    public override string FormatErrorMessage(string name) => $"The setting {name} is no address of mail such as ops@example.com.";

    private static bool IsAddress(string text) =>
        !text.AsSpan().ContainsAny('\r', '\n') && MailboxAddress.TryParse(text, out var address) && address.Address.Contains('@', StringComparison.Ordinal);
}
