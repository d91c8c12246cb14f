using System.Data.Common;
using Dapper;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Alerts;

/// <summary>The table alerts. Everything that writes is for the inside of a write transaction.</summary>
internal static class AlertTable
{
    /// <summary>Lets a rule tell something, unless it has told the same problem lately and that lasts.</summary>
    public static async Task AddAsync(DbConnection connection, AlertDefinition rule, Happening happening)
    {
        var said = happening.Said with { Severity = rule.SeverityOf(happening.Said.Event) };
        var open = happening.IsProblem ? await OpenAsync(connection, rule, happening) : null;
        if (open is not null && (open.ToldAt is not { } told || said.At - told < rule.RepeatSpan))
        {
            // What waits says the latest; what was told counts until it is told again.
            if (!happening.IsStanding)
            {
                await connection.ExecuteAsync("UPDATE alerts SET times = times + 1, run = @Run, body = @body WHERE id = @Id",
                    new { open.Id, said.Run, body = AlertRow.Write(said with { At = open.ToldAt is null ? open.Said.At : said.At }) });
            }

            return;
        }

        if (open is not null) await connection.ExecuteAsync("UPDATE alerts SET over_at = @at WHERE id = @Id", new { open.Id, at = said.At.ToUnixTimeMilliseconds() });
        await connection.ExecuteAsync("""
            INSERT INTO alerts (rule, event, pipeline, work, run, severity, at, times, body)
            VALUES (@Name, @what, @Pipeline, @Work, @Run, @severity, @at, @times, @body)
            """, new
        {
            rule.Name,
            what = EnumWord.Of(said.Event),
            said.Pipeline,
            happening.Work,
            said.Run,
            severity = EnumWord.Of(said.Severity),
            at = said.At.ToUnixTimeMilliseconds(),
            times = (open?.Times ?? 0) + 1,
            body = AlertRow.Write(said),
        });
    }

    /// <summary>The problems of a rule's pipeline that are not over, told or not.</summary>
    public static async Task<IReadOnlyList<Alert>> OpenAsync(DbConnection connection, string pipeline, string work) =>
        [.. (await connection.QueryAsync<AlertRow>($"""
            SELECT {AlertRow.Columns} FROM alerts WHERE pipeline = @pipeline AND work = @work AND over_at IS NULL ORDER BY id
            """, new { pipeline, work })).Select(row => row.ToAlert()).Where(alert => Happening.Is(alert.Said.Event))];

    /// <summary>Everything that waits to be told, the oldest first.</summary>
    public static async Task<IReadOnlyList<Alert>> WaitingAsync(DbConnection connection) =>
        [.. (await connection.QueryAsync<AlertRow>($"SELECT {AlertRow.Columns} FROM alerts WHERE over_at IS NULL AND told_at IS NULL ORDER BY at, id")).Select(row => row.ToAlert())];

    public static Task EndAsync(DbConnection connection, IEnumerable<Alert> alerts, DateTimeOffset at) =>
        connection.ExecuteAsync("UPDATE alerts SET over_at = @at WHERE id = @Id", alerts.Select(alert => new { alert.Id, at = at.ToUnixTimeMilliseconds() }));

    /// <summary>Ends what is told of a run that it waits for approval, where it no longer does.</summary>
    public static Task EndParkedAsync(DbConnection connection, string run, DateTimeOffset at) => connection.ExecuteAsync(
        "UPDATE alerts SET over_at = @at WHERE run = @run AND event = 'parked' AND over_at IS NULL", new { run, at = at.ToUnixTimeMilliseconds() });

    /// <summary>Ends what waits to be told by a rule that is gone.</summary>
    public static Task EndUnruledAsync(DbConnection connection, DateTimeOffset at) => connection.ExecuteAsync(
        "UPDATE alerts SET over_at = @at WHERE over_at IS NULL AND NOT EXISTS (SELECT 1 FROM definitions WHERE kind = 'alert' AND name = alerts.rule)",
        new { at = at.ToUnixTimeMilliseconds() });

    /// <summary>They are told by a message.</summary>
    public static Task ToldAsync(DbConnection connection, IEnumerable<Alert> alerts, string message, DateTimeOffset now) => connection.ExecuteAsync(
        "UPDATE alerts SET told_at = @now, message = @message, times = 0, over_at = @over WHERE id = @Id",
        alerts.Select(alert => new { alert.Id, message, now = now.ToUnixTimeMilliseconds(), over = Happening.Is(alert.Said.Event) ? null : (long?)now.ToUnixTimeMilliseconds() }));

    private static async Task<Alert?> OpenAsync(DbConnection connection, AlertDefinition rule, Happening happening) =>
        (await OpenAsync(connection, happening.Said.Pipeline, happening.Work)).LastOrDefault(alert => alert.Rule == rule.Name && alert.Said.Event == happening.Said.Event
            && (alert.Said.Event != AlertEvent.Parked || alert.Said.Run == happening.Said.Run));
}
