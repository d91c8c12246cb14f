using System.Data.Common;
using Dapper;

namespace Tidemark.Engine.Definitions;

/// <summary>What a schedule that is not paused has dealt with.</summary>
/// <param name="Pipeline">Name of its pipeline; empty for work on the catalog itself.</param>
/// <param name="Entry">Its key within the pipeline.</param>
/// <param name="Since">When it was saved or resumed.</param>
/// <param name="Until">Everything due up to then is dealt with.</param>
/// <param name="LastRun">Id of the run that it last started or left out; null for none.</param>
public sealed record ScheduleMark(string Pipeline, string Entry, DateTimeOffset Since, DateTimeOffset Until, string? LastRun)
{
    /// <summary>All marks, by pipeline.</summary>
    internal static async Task<ILookup<string, ScheduleMark>> AllAsync(DbConnection connection) =>
        (await connection.QueryAsync<MarkRow>("SELECT pipeline AS Pipeline, entry AS Entry, since AS Since, until AS Until, last_run AS LastRun FROM schedules ORDER BY pipeline, entry"))
            .Select(row => new ScheduleMark(row.Pipeline, row.Entry, Time(row.Since), Time(row.Until), row.LastRun)).ToLookup(mark => mark.Pipeline, StringComparer.Ordinal);

    /// <summary>Begins what a pipeline's definition has anew, and drops what it no longer has; what stays keeps its mark.</summary>
    /// <param name="connection">In a transaction that writes.</param>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="active">Keys of its schedules that are not paused.</param>
    /// <param name="now">What is due up to now is nobody's business.</param>
    internal static async Task KeepAsync(DbConnection connection, string pipeline, IReadOnlyList<string> active, DateTimeOffset now)
    {
        var kept = (await connection.QueryAsync<string>("SELECT entry FROM schedules WHERE pipeline = @pipeline", new { pipeline })).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in kept.Except(active, StringComparer.Ordinal))
            await connection.ExecuteAsync("DELETE FROM schedules WHERE pipeline = @pipeline AND entry = @entry", new { pipeline, entry });
        foreach (var entry in active.Except(kept, StringComparer.Ordinal))
        {
            await connection.ExecuteAsync(
                "INSERT INTO schedules (pipeline, entry, since, until) VALUES (@pipeline, @entry, @at, @at)",
                new { pipeline, entry, at = now.ToUnixTimeMilliseconds() });
        }
    }

    /// <summary>Moves the mark on; false where somebody else has. For the inside of a write transaction.</summary>
    internal async Task<bool> MoveAsync(DbConnection connection, DateTimeOffset until) => await connection.ExecuteAsync(
        "UPDATE schedules SET until = @to WHERE pipeline = @Pipeline AND entry = @Entry AND until = @from",
        new { Pipeline, Entry, from = Until.ToUnixTimeMilliseconds(), to = until.ToUnixTimeMilliseconds() }) == 1;

    /// <summary>Notes the run that came of it.</summary>
    internal Task NoteAsync(DbConnection connection, string run) => connection.ExecuteAsync(
        "UPDATE schedules SET last_run = @run WHERE pipeline = @Pipeline AND entry = @Entry", new { Pipeline, Entry, run });

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record MarkRow
    {
        public required string Pipeline { get; init; }

        public required string Entry { get; init; }

        public required long Since { get; init; }

        public required long Until { get; init; }

        public string? LastRun { get; init; }
    }
}
