using System.Globalization;
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
        var shown = new List<QuarantineEntry>();
        var count = 0;
        await foreach (var entry in entries)
        {
            count++;
            if (session.IsJson) WriteJson(session, entry, withPayload);
            else shown.Add(entry);
        }

        if (shown.Count > 0) Table(session, shown).Write(session.Prose);
        return count;
    }

    // Which record and why always stay: the reason goes on beneath. When it was last seen goes first, then its stream.
    private static FittingTable Table(Session session, List<QuarantineEntry> entries)
    {
        var table = new FittingTable();
        table.Add("id", entries.Select(entry => entry.Id.ToString(CultureInfo.InvariantCulture)), isNumber: true);
        table.Add("stream", entries.Select(entry => entry.Record.Stream), rank: 1);
        table.Add("key", entries.Select(entry => entry.Record.Key ?? "unknown"));
        table.Add("last seen", entries.Select(entry => session.LocalTime(entry.LastSeen)), rank: 2, isWhole: true);
        table.Add("reason", entries.Select(Reason), wraps: true);
        return table;
    }

    public static string Reason(QuarantineEntry entry) =>
        $"{Printable.Of(entry.Record.Reason.Message)} ({entry.Record.Reason.Code})";

    public static void WriteJson(Session session, QuarantineEntry entry, bool withPayload) =>
        session.WriteJson(QuarantineAnswer.Of(NextCommand.In(entry), withPayload), WireJson.Default.QuarantineAnswer);
}
