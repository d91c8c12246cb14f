using System.Globalization;
using System.Text;
using MimeKit;
using MimeKit.Text;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Mail;

/// <summary>A message as a mail of plain text, which no reader takes for anything else.</summary>
internal static class MailText
{
    /// <param name="message">The message.</param>
    /// <param name="options">Sender and receivers.</param>
    /// <param name="now">The moment of the attempt.</param>
    public static MimeMessage Of(ChannelMessage message, MailOptions options, DateTimeOffset now)
    {
        var from = MailboxAddress.Parse(options.From);
        var mail = new MimeMessage
        {
            // The subject holds names and other people's words: a line break in it would begin a header of its own.
            Subject = $"[Tidemark] {PlainLine.Of(message.Data.Subject)}",
            Date = now,
            MessageId = $"{message.Id}@{from.Domain}",
            Importance = message.Data.Severity == AlertSeverity.Critical ? MessageImportance.High : MessageImportance.Normal,
            Body = new TextPart(TextFormat.Plain) { Text = Text(message) },
        };
        mail.From.Add(from);
        mail.To.AddRange(options.To.Select(address => MailboxAddress.Parse(address)));
        // RFC 3834: nobody's holiday reply is wanted.
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return mail;
    }

    private static string Text(ChannelMessage message)
    {
        var text = new StringBuilder();
        foreach (var alert in message.Data.Alerts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{alert.Headline}\r\n{alert.What}\r\n\r\n");
            if (alert.State is { } state) text.Append(CultureInfo.InvariantCulture, $"State of the data: {state}\r\n");
            if (alert.Next is { } next) text.Append(CultureInfo.InvariantCulture, $"Next step: {next}\r\n");
            text.Append(CultureInfo.InvariantCulture, $"When: {MomentText.Of(alert.At)}\r\n");
            if (alert.Run is { } run) text.Append(CultureInfo.InvariantCulture, $"Run: {run}\r\n");
            if (alert.Link is { } link) text.Append(CultureInfo.InvariantCulture, $"{link}\r\n");
            text.Append("\r\n");
        }

        if (message.Data.More is { } more) text.Append(CultureInfo.InvariantCulture, $"…and {more} more.\r\n\r\n");
        if (message.Data.Rule.Length > 0) text.Append(CultureInfo.InvariantCulture, $"Sent by the rule {message.Data.Rule}.\r\n");
        return text.ToString();
    }
}
