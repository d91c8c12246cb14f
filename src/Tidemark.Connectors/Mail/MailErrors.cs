using System.Globalization;
using MailKit.Net.Smtp;
using MailKit.Security;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Mail;

/// <summary>What SMTP servers refuse. What a server says of it is not repeated: it may have the password in it.</summary>
internal static class MailErrors
{
    private const int FirstPermanent = 500;

    public static TidemarkException Of(MailOptions options, Exception failure) => failure switch
    {
        AuthenticationException => new(FailureKind.Configuration, "channel.login_refused", $"{options.Host} refuses the user or the password.", failure)
        {
            Hint = "Set username and password again; some providers want a password of their own for programs.",
        },
        SslHandshakeException => ChannelErrors.Certificate(options.Host, failure),
        NotSupportedException when options.Security == MailSecurity.Starttls => new(FailureKind.Configuration, "channel.not_encrypted", $"{options.Host} offers no STARTTLS, and in the clear nothing is sent.", failure)
        {
            Hint = "Set security to tls, with its port, which is mostly 465.",
        },
        NotSupportedException => new(FailureKind.Configuration, "channel.login_refused", $"{options.Host} takes no login.", failure) { Hint = "Leave username out." },
        _ => ChannelErrors.Unreachable(options.Host, failure),
    };

    public static TidemarkException Refused(string host, SmtpCommandException refused)
    {
        var what = refused.ErrorCode switch
        {
            SmtpErrorCode.SenderNotAccepted => "refuses the sender",
            SmtpErrorCode.RecipientNotAccepted => $"refuses the receiver {refused.Mailbox?.Address}",
            _ => "refuses the mail",
        };
        var status = (int)refused.StatusCode;
        return new(status >= FirstPermanent ? FailureKind.Configuration : FailureKind.Transient, "channel.refused",
            string.Create(CultureInfo.InvariantCulture, $"{host} {what} ({status})."), refused);
    }

    public static TidemarkException CertificatesUnreadable(string file, Exception cause) =>
        new(FailureKind.Configuration, "channel.certificates_unreadable", $"The certificates {file} cannot be read.", cause) { Hint = cause.Message };
}
