using System.Globalization;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary>Records in quarantine, as a table or as one line of JSON each.</summary>
internal static class QuarantineReport
{
    /// <summary>Tells records one at a time to programs, and in a table to people.</summary>
    /// <param name="session">The command.</param>
    /// <param name="wanted">Which records.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="withPayload">Whether programs get their payload.</param>
    /// <param name="none">What is said where there is none.</param>
    public static async Task WriteAsync(Session session, QuarantineFilter wanted, int limit, bool withPayload, string none)
    {
        var shown = new List<QuarantineAnswer>();
        var isEmpty = true;
        await foreach (var record in RecordsAsync(session, wanted, limit, withPayload && session.IsJson))
        {
            isEmpty = false;
            if (session.IsJson) session.WriteJson(NextCommand.In(record), WireJson.Default.QuarantineAnswer);
            else shown.Add(record);
        }

        if (isEmpty) session.Say(none);
        else if (shown.Count > 0) Table(session, shown).Write(session.Prose);
    }

    public static string Reason(QuarantineAnswer record) => $"{Printable.Of(record.Message)} ({record.Code})";

    /// <summary>One record, with its payload.</summary>
    public static Task<QuarantineAnswer> FindAsync(Session session, long id) => session.AskAsync(
        async home => QuarantineAnswer.Of(await home.Quarantine.GetAsync(id, session.Stop), withPayload: true),
        server => server.GetAsync(string.Create(CultureInfo.InvariantCulture, $"quarantine/{id}"), WireJson.Default.QuarantineAnswer, session.Stop));

    /// <summary>Records, the latest first, as they are read.</summary>
    public static async IAsyncEnumerable<QuarantineAnswer> RecordsAsync(Session session, QuarantineFilter wanted, int limit, bool withPayload)
    {
        var path = ServerClient.Path(
            "quarantine", ("pipeline", wanted.Pipeline), ("stream", wanted.Stream), ("run", wanted.Run), ("payload", withPayload ? "true" : null));
        var records = session.Server is { } server ? server.PagesAsync(path, limit, WireJson.Default.QuarantineAnswer, session.Stop)
            : (await session.OpenHomeAsync()).Quarantine.ListAsync(wanted, limit, session.Stop).Select(entry => QuarantineAnswer.Of(entry, withPayload));
        await foreach (var record in records) yield return record;
    }

    // Which record and why always stay: the reason goes on beneath. When it was last seen goes first, then its stream.
    private static FittingTable Table(Session session, List<QuarantineAnswer> records)
    {
        var table = new FittingTable();
        table.Add("id", records.Select(record => record.Id.ToString(CultureInfo.InvariantCulture)), isNumber: true);
        table.Add("stream", records.Select(record => record.Stream), rank: 1);
        table.Add("key", records.Select(record => record.Key ?? "unknown"));
        table.Add("last seen", records.Select(record => session.LocalTime(record.LastSeen)), rank: 2, isWhole: true);
        table.Add("reason", records.Select(Reason), wraps: true);
        return table;
    }
}
