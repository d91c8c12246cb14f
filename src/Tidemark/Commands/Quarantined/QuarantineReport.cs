using System.Globalization;
using Spectre.Console;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary>Records in quarantine, as a table or as one line of JSON each.</summary>
internal static class QuarantineReport
{
    /// <summary>Tells records one at a time to programs, and in a table to people.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<int> WriteAsync(Session session, IAsyncEnumerable<QuarantineEntry> entries, bool withPayload)
    {
        var table = RunReport.Plain("id", "stream", "key", "last seen");
        table.AddColumn(new TableColumn(new Text("reason", Color.Grey)));
        var count = 0;
        await foreach (var entry in entries)
        {
            count++;
            if (session.IsJson) WriteJson(session, entry, withPayload);
            else
            {
                table.AddRow(
                    new Text(entry.Id.ToString(CultureInfo.InvariantCulture)), new Text(Printable.Of(entry.Record.Stream)),
                    new Text(Printable.Of(entry.Record.Key ?? "unknown")), new Text(session.LocalTime(entry.LastSeen)),
                    new Text(Reason(entry)));
            }
        }

        if (count > 0 && !session.IsJson) session.Prose.Write(table);
        return count;
    }

    public static string Reason(QuarantineEntry entry) =>
        $"{Printable.Of(entry.Record.Reason.Message)} ({entry.Record.Reason.Code})";

    public static void WriteJson(Session session, QuarantineEntry entry, bool withPayload) =>
        session.WriteJson(QuarantineAnswer.Of(NextCommand.In(entry), withPayload), WireJson.Default.QuarantineAnswer);
}
