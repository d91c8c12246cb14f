using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Runs;

/// <summary>What runs have left behind. Takes full ids, as <see cref="RunStore"/> gives them.</summary>
public sealed class RunHistory(CatalogDatabase database)
{
    // The condition of an index, word by word.
    private const string Wrong = "level IN ('warning', 'error')";

    /// <summary>Log lines in order, to be read on after the last one seen.</summary>
    /// <param name="run">Full id.</param>
    /// <param name="afterSeq">0 for the beginning.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    public Task<IReadOnlyList<RunLogLine>> LogsAsync(string run, long afterSeq, int limit, CancellationToken cancellationToken) =>
        LogsAsync(run, afterSeq, LogFilter.None, limit, cancellationToken);

    /// <summary>As the other, of the lines that are meant.</summary>
    /// <inheritdoc cref="LogsAsync(string, long, int, CancellationToken)"/>
    public async Task<IReadOnlyList<RunLogLine>> LogsAsync(
        string run, long afterSeq, LogFilter filter, int limit, CancellationToken cancellationToken)
    {
        var levels = string.Join(", ", Enum.GetValues<RunLogLevel>().Where(level => level >= filter.Least).Select(level => $"'{EnumWord.Of(level)}'"));
        return await database.ReadAsync<IReadOnlyList<RunLogLine>>(async connection => [.. (await connection.QueryAsync<LogRow>($"""
            SELECT seq AS Seq, at AS At, level AS Level, stream AS Stream, message AS Message
            FROM run_logs
            WHERE run = @run AND seq > @afterSeq AND level IN ({levels}){(filter.Least >= RunLogLevel.Warning ? $" AND {Wrong}" : "")} AND (@Stream IS NULL OR stream = @Stream)
                AND (@search IS NULL OR lower(message) LIKE @search ESCAPE '!')
            ORDER BY seq LIMIT @limit
            """, new { run, afterSeq, filter.Stream, search = filter.Search is { } text ? $"%{CatalogText.Pattern(text)}%" : null, limit })).Select(row => new RunLogLine(
                row.Seq, Time(row.At), Word<RunLogLevel>(row.Level), row.Stream, CatalogText.Decode(row.Message)))], cancellationToken);
    }

    /// <summary>Steps in the order in which they began.</summary>
    public async Task<IReadOnlyList<RunStep>> StepsAsync(string run, CancellationToken cancellationToken)
    {
        return await database.ReadAsync<IReadOnlyList<RunStep>>(async connection => [.. (await connection.QueryAsync<StepRow>("""
            SELECT name AS Name, stream AS Stream, status AS Status, detail AS Detail, started_at AS StartedAt,
                   finished_at AS FinishedAt
            FROM run_steps WHERE run = @run ORDER BY seq
            """, new { run })).Select(row => new RunStep(
                row.Name, row.Stream, Word<StepStatus>(row.Status), row.Detail is { } detail ? CatalogText.Decode(detail) : null,
                Time(row.StartedAt), row.FinishedAt is { } end ? Time(end) : null))], cancellationToken);
    }

    /// <summary>Removes the steps, log lines and samples of runs that ended before a moment; their figures and receipts stay.</summary>
    /// <returns>How many runs lost them.</returns>
    public Task<int> PruneAsync(DateTimeOffset endedBefore, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            var values = new { before = endedBefore.ToUnixTimeMilliseconds() };
            const string old = "run IN (SELECT id FROM runs WHERE finished_at < @before AND status <> 'parked')";
            var runs = await connection.ExecuteScalarAsync<int>(
                $"SELECT count(*) FROM (SELECT run FROM run_steps WHERE {old} UNION SELECT run FROM run_logs WHERE {old}) AS emptied", values);
            await connection.ExecuteAsync($"DELETE FROM run_logs WHERE {old}; DELETE FROM run_steps WHERE {old}; DELETE FROM secrets WHERE kind = '{Secrets.SecretVault.Passing}' AND owner {Of(old)}", values);
            return runs;
        }, cancellationToken);

    private static string Of(string old) => old["run ".Length..];

    private static T Word<T>(string stored)
        where T : struct, Enum => Enum.TryParse<T>(stored, ignoreCase: true, out var word) ? word : throw new FormatException($"{stored} is no {typeof(T).Name}.");

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record LogRow
    {
        public long Seq { get; init; }

        public long At { get; init; }

        public required string Level { get; init; }

        public string? Stream { get; init; }

        public required string Message { get; init; }
    }

    private sealed record StepRow
    {
        public required string Name { get; init; }

        public string? Stream { get; init; }

        public required string Status { get; init; }

        public string? Detail { get; init; }

        public long StartedAt { get; init; }

        public long? FinishedAt { get; init; }
    }
}
