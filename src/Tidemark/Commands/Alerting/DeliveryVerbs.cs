using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Commands.Serving;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Alerting;

/// <summary>The messages that were made: send what waits, list, show, send again.</summary>
internal static class DeliveryVerbs
{
    public static Verb Send()
    {
        var verb = new Verb("send", "Sends what waits, once: for those who run syncs from cron. A server does so by itself.", "tidemark sync --all; tidemark alert send");
        verb.RunsHere("a server sends by itself.", async session =>
        {
            var home = await session.OpenHomeAsync();
            var sender = home.AlertSender(await ServerSettings.PublicAddressAsync(session));
            var tried = await session.WaitAsync("Sending", () => sender.SendAsync(session.Stop));
            session.WriteList([.. tried.Select(DeliveryAnswer.Of)], WireJson.Default.DeliveryAnswer, "Nothing waits to be sent.", all => Write(session, all));
            return tried.All(delivery => delivery.State == DeliveryState.Sent) ? ExitCode.Done : ExitCode.TryLater;
        });
        return verb;
    }

    public static Verb List()
    {
        var channel = new Option<string?>("--channel") { Description = "Only to this channel.", HelpName = "NAME" };
        var state = WordOption.Of<DeliveryState>("--state", "Only those that wait, were sent, or were given up (dead).");
        var run = new Option<string?>("--run") { Description = "Only those that tell of this run.", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "Number of messages to list.", DefaultValueFactory = _ => 50, HelpName = "N" };
        var verb = new Verb("deliveries", "Lists the messages to channels, the latest first.", "tidemark alert deliveries", "tidemark alert deliveries --state dead")
        {
            channel, state, run, limit,
        };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            DeliveryState? stands = session.Has(state) ? session.Get(state) : null;
            var path = ServerClient.Path(
                "deliveries", ("channel", session.Get(channel)), ("state", stands is { } one ? EnumWord.Of(one) : null), ("run", session.Get(run)));
            var messages = await session.AskAsync<IReadOnlyList<DeliveryAnswer>>(
                async home => [.. (await home.Deliveries.ListAsync(
                    new() { Channel = session.Get(channel), State = stands, Run = session.Get(run) }, session.Get(limit), session.Stop)).Select(DeliveryAnswer.Of)],
                server => server.ListAsync(path, session.Get(limit), WireJson.Default.DeliveryAnswer, session.Stop));
            session.WriteList(messages, WireJson.Default.DeliveryAnswer, "There are no such messages.", all => Write(session, all));
            return ExitCode.Done;
        });
        return verb;
    }

    public static Verb Show()
    {
        var id = Id();
        var verb = new Verb("delivery", "Shows a message to a channel, with every attempt to send it.", "tidemark alert delivery msg_0123456789abcdef01234567") { id };
        verb.Runs(async session =>
        {
            var delivery = await session.AskAsync(
                async home => DeliveryAnswer.Of(await home.Deliveries.GetAsync(session.Get(id), session.Stop)),
                server => server.GetAsync($"deliveries/{ServerClient.Part(session.Get(id))}", WireJson.Default.DeliveryAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(delivery, WireJson.Default.DeliveryAnswer);
            else WriteOne(session, delivery);
            return ExitCode.Done;
        });
        return verb;
    }

    public static Verb Replay()
    {
        var id = Id();
        var verb = new Verb("replay", "Lets a message be sent again, with the id that it has: by the server, or by the next tidemark alert send.",
            "tidemark alert replay msg_0123456789abcdef01234567") { id };
        verb.Runs(async session =>
        {
            var delivery = await session.AskAsync(
                async home => DeliveryAnswer.Of(await home.Deliveries.ReplayAsync(session.Get(id), session.Stop)),
                server => server.PostAsync($"deliveries/{ServerClient.Part(session.Get(id))}/replay", null, WireJson.Default.DeliveryAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(delivery, WireJson.Default.DeliveryAnswer);
            session.Say($"The message {delivery.Id} waits to be sent.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the message." };

    private static void WriteOne(Session session, DeliveryAnswer delivery)
    {
        session.Say($"{delivery.Id} to {Printable.Of(delivery.Channel)} by {Printable.Of(delivery.Rule)}: {EnumWord.Of(delivery.State)}");
        foreach (var alert in delivery.Alerts) session.Say($"  {Printable.Of(alert.Headline)}: {Printable.Of(alert.What)}");
        foreach (var attempt in delivery.Attempts ?? [])
            session.Say($"  attempt {attempt.Number}, {session.LocalTime(attempt.At)}: {(attempt.Problem is { } problem ? Printable.Of(problem) : "taken")}");
        if (delivery.NextAt is { } next) session.Say($"  next attempt: {session.LocalTime(next)}");
    }

    // Which and where it stands stay; by which rule goes first.
    private static void Write(Session session, IReadOnlyList<DeliveryAnswer> all)
    {
        var table = new FittingTable();
        table.Add("message", all.Select(delivery => delivery.Id), isWhole: true);
        table.Add("made", all.Select(delivery => session.LocalTime(delivery.MadeAt)), rank: 2);
        table.Add("to", all.Select(delivery => delivery.Channel));
        table.Add("by", all.Select(delivery => delivery.Rule), rank: 1);
        table.Add("says", all.Select(delivery => delivery.Subject), wraps: true);
        table.Add("stands", all.Select(delivery => delivery.State switch
        {
            DeliveryState.Waiting when delivery.Tries > 0 => $"tried {delivery.Tries} times, next {session.LocalTime(delivery.NextAt!.Value)}",
            var state => EnumWord.Of(state),
        }));
        table.Write(session.Prose);
    }
}
