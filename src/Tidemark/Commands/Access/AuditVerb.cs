using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Access;

/// <summary><c>tidemark audit</c>: who asked for what, and what came of it.</summary>
internal static class AuditVerb
{
    public static Verb Create()
    {
        var actor = new Option<string?>("--actor") { Description = "Only acts of this user or token.", HelpName = "NAME" };
        var action = new Option<string?>("--action") { Description = "Only actions that begin so, such as run. or token.create.", HelpName = "TEXT" };
        var since = new Option<string?>("--since") { Description = "Only since: 90min, 24h, 7d, or a time.", HelpName = "TIME" };
        var limit = new Option<int>("--limit") { Description = "Number of lines to list.", DefaultValueFactory = _ => 50, HelpName = "N" };
        var verb = new Verb("audit", "Lists who asked the server for what, and what came of it; the latest first.",
            "tidemark audit", "tidemark audit --actor nightly --since 7d", "tidemark audit --action token. --json")
        {
            actor, action, since, limit,
        };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            DateTimeOffset? from = session.Get(since) is { } typed ? Moment.Past("--since", typed, session.Clock) : null;
            var path = ServerClient.Path(
                "audit", ("actor", session.Get(actor)), ("action", session.Get(action)), ("since", from is { } moment ? UtcConverter.Text(moment) : null));
            var lines = await session.AskAsync<IReadOnlyList<AuditAnswer>>(
                async home => [.. (await home.Audit.ListAsync(
                    new() { Actor = session.Get(actor), Action = session.Get(action), Since = from }, session.Get(limit), session.Stop)).Select(AuditAnswer.Of)],
                server => server.ListAsync(path, session.Get(limit), WireJson.Default.AuditAnswer, session.Stop));
            session.WriteList(lines, WireJson.Default.AuditAnswer, "Nobody has asked for anything.", all => Table(session, all).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    // When, who and what stay; through which door goes first, then what it was with.
    private static FittingTable Table(Session session, IReadOnlyList<AuditAnswer> lines)
    {
        var table = new FittingTable();
        table.Add("when", lines.Select(line => session.LocalTime(line.At)), isWhole: true);
        table.Add("who", lines.Select(line => line.Actor ?? "nobody known"));
        table.Add("door", lines.Select(line => line.Door), rank: 1);
        table.Add("did", lines.Select(line => line.Action));
        table.Add("to", lines.Select(line => line.Subject), wraps: true);
        table.Add("outcome", lines.Select(line => EnumWord.Of(line.Outcome)));
        table.Add("with", lines.Select(line => line.Detail ?? ""), rank: 2, wraps: true);
        return table;
    }
}
