using System.Buffers;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Connectors;

namespace Tidemark.Connectors.Slack;

/// <summary>A message as Slack shows it: <c>text</c> for notices, <c>blocks</c> for the channel, a block each part.</summary>
/// <remarks>https://docs.slack.dev/messaging/formatting-message-text: of letters only <c>&amp;</c>, <c>&lt;</c> and <c>&gt;</c> have a meaning that could call people or
/// make links. https://docs.slack.dev/reference/block-kit/blocks/section-block: a section has at most 3,000 letters.</remarks>
internal static class SlackText
{
    private const int MaxLetters = 2900;

    public static ReadOnlyMemory<byte> Of(ChannelMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("text", Escape(message.Data.Subject));
            json.WriteStartArray("blocks");
            foreach (var alert in message.Data.Alerts) WriteSection(json, Section(alert));
            if (message.Data.More is { } more) WriteSection(json, $"…and {more} more.");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    /// <summary>The text with nothing in it that means something to Slack.</summary>
    public static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Section(ChannelAlert alert)
    {
        var text = new StringBuilder();
        text.Append(Sign(alert.Severity)).Append(" *").Append(Escape(alert.Headline)).Append("*\n").Append(Escape(alert.What));
        if (alert.State is { } state) text.Append("\n*Data:* ").Append(Escape(state));
        if (alert.Next is { } next) text.Append("\n*Next:* ").Append(Escape(next));
        var cut = Cut(text.ToString());
        return alert.Link is { } link ? $"{cut}\n<{Escape(link)}|Open>" : cut;
    }

    /// <summary>The beginning of an escaped text; no escape and no letter is cut in two.</summary>
    private static string Cut(string text)
    {
        if (text.Length <= MaxLetters) return text;
        var end = MaxLetters;
        if (text.LastIndexOf('&', end - 1, "&amp".Length) is var at and >= 0 && text.IndexOf(';', at) >= end) end = at;
        if (char.IsLowSurrogate(text[end])) end--;
        return text[..end] + "…";
    }

    private static string Sign(AlertSeverity severity) => severity switch
    {
        AlertSeverity.Critical => ":red_circle:",
        AlertSeverity.Warning => ":large_orange_circle:",
        _ => ":large_green_circle:",
    };

    private static void WriteSection(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "section");
        json.WriteStartObject("text");
        json.WriteString("type", "mrkdwn");
        json.WriteString("text", text);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
