using Tidemark.Commands.Remote;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark channel</c>: where messages are sent to.</summary>
internal static class ChannelVerb
{
    private static readonly DefinitionVerbs<ChannelDefinition, ChannelAnswer> Shared = new(
        home => home.Definitions.Channels, (home, channel) => ChannelAnswer.Of(home.Definitions, channel), Facts, WireJson.Default.ChannelAnswer);

    public static Verb Create()
    {
        var verb = new Verb("channel", "Manages the channels: mail, webhooks and chats that alerts are sent to.",
            "tidemark channel list", "tidemark channel set ops --connector slack url=-", "tidemark channel test ops");
        foreach (var shared in Shared.Create()) verb.Add(shared);
        verb.Add(Set());
        verb.Add(Test());
        return verb;
    }

    private static IReadOnlyList<DefinitionFact> Facts(ChannelAnswer channel) =>
    [
        new("name", channel.Name),
        new("connector", channel.Connector),
        DefinitionFact.OfSettings(channel.Settings),
    ];

    private static Verb Set() => SetConnection.Create<ChannelDefinition, ChannelAnswer, IChannelConnector>(
        Shared, channel => channel.Connector,
        [
            "tidemark channel set ops --connector mail host=smtp.example.com from=me@a.org to=me@a.org",
            "tidemark channel set ops username=me@a.org password=-",
            "tidemark channel set hook --connector webhook url=https://example.com/hook secret=-",
        ]);

    private static Verb Test()
    {
        var name = DefinitionVerbs<ChannelDefinition, ChannelAnswer>.Name();
        var verb = new Verb("test", "Sends a test message to a channel, and says what came of it.", "tidemark channel test ops") { name };
        verb.Runs(async session =>
        {
            var test = await session.WaitAsync("Sending a test message", () => session.AskAsync(
                async home => ChannelTestAnswer.Of(session.Get(name), await home.TestChannelAsync(session.Get(name), session.Stop)),
                server => server.PostAsync($"channels/{ServerClient.Part(session.Get(name))}/test", null, WireJson.Default.ChannelTestAnswer, session.Stop)));
            IReadOnlyList<Problem> problems = test.Problem is null ? [] : [test.Problem.ToProblem()];
            if (session.IsJson) session.WriteJson(test, WireJson.Default.ChannelTestAnswer);
            else if (problems.Count > 0) ErrorReport.WriteProblems(session.Prose, problems);
            else session.Say($"channel {Printable.Of(test.Channel)}: the test message was taken{(test.Status is { } status ? $" ({status})" : "")}");
            return ExitCode.Of(problems);
        });
        return verb;
    }
}
