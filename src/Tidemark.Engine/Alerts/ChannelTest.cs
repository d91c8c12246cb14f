using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Alerts;

/// <summary>Sends messages to a channel, here and now.</summary>
internal static class ChannelTest
{
    /// <summary>Sends a message that says that it is a test.</summary>
    public static Task<ChannelReply> RunAsync(Connections connections, ChannelDefinition channel, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var said = new ChannelAlert(AlertEvent.Completed, AlertSeverity.Info, "", now, $"This is a test of the channel {AlertText.Line(channel.Name)}.") { State = "Nothing has happened." };
        return SendAsync(connections, channel, new ChannelMessage("test", now, new("a test", "", AlertSeverity.Info, [said])) { Id = AlertTelling.NewId() }, cancellationToken);
    }

    /// <exception cref="TidemarkException">Settings that do not fit (configuration).</exception>
    public static async Task<ChannelReply> SendAsync(Connections connections, ChannelDefinition channel, ChannelMessage message, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        using var open = connections.OpenChannel(channel, problems);
        return open is null ? throw TidemarkException.ForAll(problems) : await open.SendAsync(message, cancellationToken);
    }
}
