using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Json;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql.WritingBack;

/// <summary>
/// Values on their way back to a source: a row a pipeline, stream and record. It is in the destination, so that an entry
/// is committed with the row that it speaks of. An entry stays until the source has confirmed it.
/// </summary>
internal sealed class SqlOutbox(DbConnection connection, string schema, string pipeline)
{
    /// <summary>State of an entry that the source has not answered.</summary>
    public const string Pending = "pending";

    /// <summary>State of an entry whose run was undone; it waits for nothing but the undo of that.</summary>
    public const string Undone = "undone";

    private const string Refused = "refused";
    private const int MaxEntries = 100;

    private readonly SqlName _outbox = NameIn(schema);

    public static SqlName NameIn(string schema) => new(schema, "_tidemark_outbox");

    public Task CreateAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {_outbox} (
                pipeline text NOT NULL, stream text NOT NULL, record_key text NOT NULL, payload text NOT NULL,
                run text NOT NULL, since text NOT NULL, state text NOT NULL, attempts integer NOT NULL DEFAULT 0,
                code text, message text, tried_at text, replaced_payload text, replaced_run text, replaced_since text,
                PRIMARY KEY (pipeline, stream, record_key));
            """,
            cancellationToken);

    /// <summary>Up to 100 entries whose key comes after another, in the order of their keys; the refused ones too.</summary>
    public async Task<IReadOnlyList<OutboxEntry>> ReadAsync(string stream, string after, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT record_key, run, payload FROM {_outbox}
            WHERE pipeline = @pipeline AND stream = @stream AND record_key > @after AND state <> '{Undone}' ORDER BY record_key LIMIT {MaxEntries}
            """,
            ("pipeline", pipeline), ("stream", stream), ("after", after));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<OutboxEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new OutboxEntry(
                reader.GetString(0), reader.GetString(1),
                JsonSerializer.Deserialize(reader.GetString(2), PlainJson.Default.DictionaryStringString)!));
        }

        return entries;
    }

    /// <summary>Removes what is done and notes of the rest why it is not. An entry that a later run has replaced stays.</summary>
    public async Task<int> SettleAsync(
        string stream, IReadOnlyList<SettledEntry> settled, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var done = settled.Where(each => each.Answer.Outcome == WriteBackOutcome.Done).Select(each => each.Entry).ToList();
        if (done.Count > 0)
        {
            await connection.ExecuteAsync(
                $"""
                DELETE FROM {_outbox} WHERE pipeline = @pipeline AND stream = @stream AND (record_key, run) IN
                    (VALUES {string.Join(", ", done.Select((_, number) => $"(@key{number}, @run{number})"))})
                """,
                cancellationToken,
                [
                    ("pipeline", pipeline), ("stream", stream),
                    .. done.SelectMany((entry, number) => new (string, object?)[] { ($"key{number}", entry.Key), ($"run{number}", entry.Run) }),
                ]);
        }

        foreach (var (entry, answer) in settled.Where(each => each.Answer.Outcome != WriteBackOutcome.Done))
        {
            await connection.ExecuteAsync(
                $"""
                UPDATE {_outbox} SET state = @state, attempts = attempts + 1, code = @code, message = @message, tried_at = @at
                WHERE pipeline = @pipeline AND stream = @stream AND record_key = @key AND run = @run
                """,
                cancellationToken,
                ("pipeline", pipeline), ("stream", stream), ("key", entry.Key), ("run", entry.Run),
                ("state", answer.Outcome == WriteBackOutcome.Refused ? Refused : Pending),
                ("code", answer.Code), ("message", answer.Message), ("at", at.ToString("O", CultureInfo.InvariantCulture)));
        }

        await transaction.CommitAsync(CancellationToken.None);
        return done.Count;
    }

    /// <summary>
    /// Takes back what a run wanted to be written back and the source has not confirmed. What it had replaced waits again.
    /// </summary>
    public async Task UndoAsync(string run, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"UPDATE {_outbox} SET state = '{Undone}' WHERE pipeline = @pipeline AND run = @run AND replaced_run IS NULL",
            cancellationToken, ("pipeline", pipeline), ("run", run));
        await SwapAsync("run = @run AND replaced_run IS NOT NULL", run, cancellationToken);
    }

    /// <summary>Lets wait again what the undo of a run took back.</summary>
    public async Task RedoAsync(string run, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"UPDATE {_outbox} SET state = '{Pending}' WHERE pipeline = @pipeline AND run = @run AND state = '{Undone}'",
            cancellationToken, ("pipeline", pipeline), ("run", run));
        await SwapAsync("replaced_run = @run", run, cancellationToken);
    }

    private Task<long> SwapAsync(string which, string run, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            UPDATE {_outbox} SET state = '{Pending}',
                payload = replaced_payload, run = replaced_run, since = replaced_since,
                replaced_payload = payload, replaced_run = run, replaced_since = since
            WHERE pipeline = @pipeline AND {which}
            """,
            cancellationToken, ("pipeline", pipeline), ("run", run));
}
