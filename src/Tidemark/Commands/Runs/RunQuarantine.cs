using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run quarantine</c>: the records that a run could not write, and why.</summary>
internal static class RunQuarantine
{
    public static Verb Create()
    {
        var id = RunVerb.Id();
        var limit = new Option<int>("--limit")
        {
            Description = "How many. Default 100.",
            DefaultValueFactory = _ => 100,
            HelpName = "N",
        };
        var verb = new Verb("quarantine", "Lists the records that a run could not write; --json shows them whole.",
            "tidemark run quarantine last", "tidemark run quarantine last --json") { id, limit };
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(limit) >= 1, "--limit is at least 1.");
            var home = await session.OpenHomeAsync();
            var run = await home.Runs.FindAsync(session.Get(id), session.Stop);
            var entries = await home.History.QuarantineOfRunAsync(run.Id, session.Get(limit), session.Stop);
            if (session.IsJson)
            {
                foreach (var entry in entries) WriteJson(session, entry);
            }
            else if (entries.Count == 0)
            {
                session.Say($"The run {run.Id} has put no record into quarantine.");
            }
            else
            {
                session.Prose.Write(Table(entries));
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static Table Table(IReadOnlyList<QuarantineEntry> entries)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "stream", "record", "reason");
        foreach (var (id, record) in entries.Select(entry => (entry.Id, entry.Record)))
        {
            table.AddRow(
                new Text(id.ToString(CultureInfo.InvariantCulture)), new Text(Printable.Of(record.Stream)),
                new Text(Printable.Of(record.Reason.Subject)),
                new Text($"{Printable.Of(record.Reason.Message)} ({record.Reason.Code})"));
        }

        return table;
    }

    private static void WriteJson(Session session, QuarantineEntry entry) => session.WriteJson(json =>
    {
        json.WriteNumber("id", entry.Id);
        json.WriteString("pipeline", entry.Pipeline);
        json.WriteString("stream", entry.Record.Stream);
        json.WriteString("code", entry.Record.Reason.Code);
        json.WriteString("subject", entry.Record.Reason.Subject);
        json.WriteString("message", entry.Record.Reason.Message);
        json.WriteString("hint", entry.Record.Reason.Hint);
        json.WriteString("first_seen", entry.FirstSeen.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("last_seen", entry.LastSeen.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("payload", entry.Record.Payload);
    });
}
