using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark channel</c>: where messages are sent to.</summary>
internal static class ChannelVerb
{
    private static readonly DefinitionVerbs<ChannelDefinition> Shared = new(
        home => home.Definitions.Channels, Facts, (session, home, channel) =>
            session.WriteJson(ChannelAnswer.Of(home.Definitions, channel), WireJson.Default.ChannelAnswer));

    public static Verb Create()
    {
        var verb = new Verb("channel", "Manages the channels: mail, webhooks and chats that alerts are sent to.",
            "tidemark channel list", "tidemark channel set ops --connector slack url=-", "tidemark channel test ops");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(Set());
        verb.Add(Test());
        return verb;
    }

    private static IReadOnlyList<DefinitionFact> Facts(Home home, ChannelDefinition channel) =>
    [
        new("name", channel.Name),
        new("connector", channel.Connector),
        DefinitionFact.OfSettings(home.Definitions, channel.Connector, channel.Settings),
    ];

    private static Verb Set() => SetConnection.Create<ChannelDefinition, IChannelConnector>(
        home => home.Definitions.Channels, (_, _, name, connector, settings) => new(name, connector, settings),
        [
            "tidemark channel set ops --connector mail host=smtp.example.com from=me@a.org to=me@a.org",
            "tidemark channel set ops username=me@a.org password=-",
            "tidemark channel set hook --connector webhook url=https://example.com/hook secret=-",
        ]);

    private static Verb Test()
    {
        var name = DefinitionVerbs<ChannelDefinition>.Name();
        var verb = new Verb("test", "Sends a test message to a channel, and says what came of it.", "tidemark channel test ops") { name };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var reply = await session.WaitAsync("Sending a test message", () => home.TestChannelAsync(session.Get(name), session.Stop));
            if (session.IsJson) session.WriteJson(ChannelTestAnswer.Of(session.Get(name), reply), WireJson.Default.ChannelTestAnswer);
            else if (reply.Problem is null) session.Say($"channel {Printable.Of(session.Get(name))}: the test message was taken{(reply.Status is { } status ? $" ({status})" : "")}");
            else ErrorReport.WriteProblems(session.Prose, [reply.Problem]);
            return ExitCode.Of(reply.Problem is null ? [] : [reply.Problem]);
        });
        return verb;
    }
}
