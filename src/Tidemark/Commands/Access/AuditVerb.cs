using System.CommandLine;
using Tidemark.Engine.Access;
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
            var home = await session.OpenHomeAsync();
            var lines = await home.Audit.ListAsync(new()
            {
                Actor = session.Get(actor),
                Action = session.Get(action),
                Since = session.Get(since) is { } typed ? Moment.Past("--since", typed, session.Clock) : null,
            }, session.Get(limit), session.Stop);
            foreach (var line in session.IsJson ? lines : []) session.WriteJson(AuditAnswer.Of(line), WireJson.Default.AuditAnswer);
            if (lines.Count == 0) session.Say("Nobody has asked for anything.");
            else if (!session.IsJson) Table(session, lines).Write(session.Prose);
            return ExitCode.Done;
        });
        return verb;
    }

    // When, who and what stay; through which door goes first, then what it was with.
    private static FittingTable Table(Session session, IReadOnlyList<AuditEntry> lines)
    {
        var table = new FittingTable();
        table.Add("when", lines.Select(line => session.LocalTime(line.At)), isWhole: true);
        table.Add("who", lines.Select(line => line.Note.Who.Name ?? "nobody known"));
        table.Add("door", lines.Select(line => line.Note.Who.Door), rank: 1);
        table.Add("did", lines.Select(line => line.Note.Action));
        table.Add("to", lines.Select(line => line.Note.Subject), wraps: true);
        table.Add("outcome", lines.Select(line => EnumWord.Of(line.Note.Outcome)));
        table.Add("with", lines.Select(line => line.Note.Detail ?? ""), rank: 2, wraps: true);
        return table;
    }
}
