using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Sql.WritingBack;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Makes one staging live, inside the transaction that publishes all of them. The live table stays the same object, so
/// views, grants, foreign keys and the application's own columns and rows stay.
/// </summary>
/// <remarks>
/// With several tables, all delete before the first one writes, in the reverse order: rows that refer to others are
/// deleted before them and written after them.
/// </remarks>
internal sealed class SqlPublish(
    SqlDialect dialect, ISqlSession session, StreamTables tables, SqlRunNote? note, LoadPlan plan, RowStamp stamp)
{
    private readonly SqlTable _live = tables.Live;
    private readonly SqlTable _staged = tables.Target;
    private readonly List<RefusedRecord> _refused = [];
    private readonly List<KeptRow> _kept = [];
    private readonly SqlBystanders _bystanders = new(dialect, session, tables);
    private readonly SqlCheckpoints _checkpoints = new(session, dialect.OwnSchema, plan.Pipeline, plan.Run);
    private Checkpoint? _checkpoint;
    private long _deleted;
    private long _created;
    private long _updated;
    private IReadOnlyList<Cascade> _cascades = [];

    /// <summary>Where values go back to the source; null where none do.</summary>
    public SqlWriteBack? WriteBack { get; init; }

    /// <summary>The tables of all streams that are published together.</summary>
    public IReadOnlyList<StreamTables> Together { get; init; } = [];

    /// <summary>
    /// Whether a constraint that is deferred speaks of each statement, so that bad rows are found; else it speaks once all streams are
    /// written, since rows of one may need those of another.
    /// </summary>
    public bool ChecksDeferred { get; init; } = true;

    private DbConnection Connection => session.Connection;

    private bool IsMerge => _live.Plan.Mode == WriteMode.Merge;

    private bool MayDelete => IsMerge || _checkpoint!.Staged.Unidentified == 0;

    /// <summary>A live row <c>l</c> that Tidemark wrote and that was not read this time; of a merge, that is said to be gone.</summary>
    public static string IsGone(SqlTable live, SqlTable staged) => live.Plan.Mode == WriteMode.Merge
        ? $"""{live.IsPresent("l")} AND EXISTS (SELECT 1 FROM {staged.Name} AS s WHERE {staged.KeyMatch("s", "l")} AND s."_op" = -1)"""
        : $"{live.IsPresent("l")} AND NOT EXISTS (SELECT 1 FROM {staged.Name} AS s WHERE {staged.KeyMatch("s", "l")})";

    /// <summary>What would go of other tables along with rows that are gone.</summary>
    /// <param name="dialect">The database's.</param>
    /// <param name="session">A connection.</param>
    /// <param name="tables">The stream's tables.</param>
    /// <param name="all">The tables of all streams that are published together: their rows that are gone go by themselves.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public static async Task<IReadOnlyList<Cascade>> CascadesAsync(
        SqlDialect dialect, ISqlSession session, StreamTables tables, IReadOnlyList<StreamTables> all, CancellationToken cancellationToken)
    {
        var (live, staged) = (tables.Live, tables.Target);
        if (tables.Shape != StagingShape.Difference || live.Plan.Deletes.IsSoft) return [];
        if (await SqlCascades.OfAsync(dialect, session, live.Name, cancellationToken) is not { } cascades) return [];
        return await cascades.CountAsync(
            (into, values) => session.Connection.ExecuteAsync(
                $"INSERT INTO {into} SELECT {values} FROM {live.Name} AS l WHERE {IsGone(live, staged)}", cancellationToken),
            name => all.FirstOrDefault(other => other.Shape == StagingShape.Difference && !other.Live.Plan.Deletes.IsSoft && dialect.AreOne(other.Live.Name, name))
                is { } own ? IsGone(own.Live, own.Target) : null,
            cancellationToken);
    }

    /// <summary>Takes the staging over and deletes what is gone.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        _checkpoint = await _checkpoints.OwnAsync(_live.Stream.Name, tables.Plan.Staging, cancellationToken)
            ?? throw new TidemarkException(
                FailureKind.Defect, "publish.nothing_staged", $"Nothing is staged for {_live.Name.Name}.");
        if (tables.IsFirst) return;
        await _bystanders.KeepAsync(cancellationToken);
        if (!MayDelete) return;
        _cascades = await CascadesAsync(dialect, session, tables, Together, cancellationToken);
        _deleted = await DeleteGoneAsync(cancellationToken);
    }

    /// <summary>Writes what is new and what has changed.</summary>
    public Task WriteAsync(CancellationToken cancellationToken) =>
        tables.IsFirst ? RenameAsync(cancellationToken) : ApplyDifferenceAsync(cancellationToken);

    /// <summary>Reads back what is live, once all streams are written, and notes where the stream stands.</summary>
    public async Task<PublishResult> FinishAsync(CancellationToken cancellationToken)
    {
        var result = tables.IsFirst ? await FinishFirstAsync(cancellationToken) : await FinishDifferenceAsync(cancellationToken);
        // A scan of the keys has read no row anew: the stream stands where it stood.
        if (!_live.Plan.KeysOnly)
        {
            await _checkpoints.SaveAsync(
                _live.Stream.Name, Staging.None, _checkpoint! with { Staged = StagedCounts.None, IsComplete = true }, cancellationToken);
            await _checkpoints.BindAsync(dialect, _live, Staging.None, cancellationToken);
        }

        await _checkpoints.DropAsync(_live.Stream.Name, tables.Plan.Staging, cancellationToken);
        if (note is not null && result.Created + result.Updated + result.Deleted > 0) await note.WriteAsync(Connection, tables, _cascades, cancellationToken);
        if (WriteBack is not null) await WriteBack.ForgetGoneAsync(Connection, cancellationToken);
        return result with { Refused = _refused, Kept = _kept };
    }

    private async Task RenameAsync(CancellationToken cancellationToken)
    {
        await Connection.ExecuteAsync(dialect.Move(_staged.Name, _live.Name), cancellationToken);
        if (dialect.KeyOf(_live.Name.Beside(_staged.Name.Name)) is { } index && dialect.KeyOf(_live.Name) is { } wanted && await session.KindAsync(wanted, cancellationToken) is null)
            await Connection.ExecuteAsync($"ALTER INDEX IF EXISTS {index} RENAME TO {SqlName.Column(wanted.Name)}", cancellationToken);
    }

    private async Task<PublishResult> FinishFirstAsync(CancellationToken cancellationToken)
    {
        if (WriteBack is not null) await WriteBack.PublishedAsync(Connection, null, cancellationToken);
        var live = await LiveAsync("", cancellationToken);
        return new PublishResult(_live.Name.Name, live.Rows, 0, 0, 0) { Live = live };
    }

    /// <summary>Updates before it inserts, so that a value that must be unique can move from one row to another.</summary>
    private async Task ApplyDifferenceAsync(CancellationToken cancellationToken)
    {
        var columns = string.Join(", ", _live.Columns.Select(column => column.Quoted));
        var values = string.Join(", ", _live.Columns.Select(column => $"s.{column.Quoted}"));
        var match = _live.KeyMatch("s", "l");
        if (note?.Images is { } images)
        {
            await Connection.ExecuteAsync(
                images.Insert(
                    $"{_live.Name} AS l JOIN {_staged.Name} AS s ON {match}", "s.\"_op\" >= 1", SqlBeforeImages.Updated, "@run"),
                cancellationToken, ("run", plan.Run));
        }

        _updated = await ApplyAsync(
            $"""
            UPDATE {_live.Name} AS l SET {_live.Assignments("s")} FROM {_staged.Name} AS s
            WHERE s."_op" BETWEEN @low AND @high AND {match}
            """,
            exchanges: true, cancellationToken);
        _created = await ApplyAsync(
            $"""
            INSERT INTO {_live.Name} ({columns}) {dialect.InsertAsGiven} SELECT {values} FROM {_staged.Name} AS s
            WHERE s."_op" BETWEEN @low AND @high AND NOT EXISTS (SELECT 1 FROM {_live.Name} AS l WHERE {match})
            """,
            exchanges: false, cancellationToken);
        if (note?.Images is { } taken && _refused.Count > 0) await taken.DropUntouchedAsync(session, cancellationToken);
    }

    private async Task<PublishResult> FinishDifferenceAsync(CancellationToken cancellationToken)
    {
        // Rows that could not be written have no hash in the staging; their older live rows stay and prove nothing.
        var all = await Connection.CountAsync($"SELECT count(*) FROM {_staged.Name}", cancellationToken);
        var written = await Connection.CountAsync($"""SELECT count("_hash") FROM {_staged.Name}""", cancellationToken);
        var isEveryRow = !IsMerge && MayDelete && all == written && _kept.Count == 0;
        var live = await LiveAsync(
            (isEveryRow ? "" : $"""AND EXISTS (SELECT 1 FROM {_staged.Name} AS s WHERE s."_hash" IS NOT NULL AND {_live.KeyMatch("s", "l")})""")
            + _bystanders.HoldsWhatItShould,
            cancellationToken);
        await _bystanders.DropAsync(cancellationToken);
        if (WriteBack is not null) await WriteBack.PublishedAsync(Connection, _staged, cancellationToken);
        await Connection.ExecuteAsync($"DROP TABLE {_staged.Name}", cancellationToken);
        return new PublishResult(_live.Name.Name, _created, _updated, written - _created - _updated, _deleted) { Live = live };
    }

    private Task<Checksum> LiveAsync(string condition, CancellationToken cancellationToken) =>
        Connection.ChecksumAsync(
            $"""SELECT l."_hash" FROM {_live.Name} AS l WHERE {_live.IsPresent("l")} {condition}""", cancellationToken);

    private async Task<long> DeleteGoneAsync(CancellationToken cancellationToken)
    {
        var gone = IsGone(_live, _staged);
        if (note?.Images is { } images)
        {
            var saved = await Connection.ExecuteAsync(
                images.Insert($"{_live.Name} AS l", gone, _live.Deletion, "@run"), cancellationToken, ("run", plan.Run));
            if (saved == 0) return 0; // a run publishes once: before that, no row is its own
        }

        var deleted = await DeleteAsync(gone, cancellationToken);
        if (note?.Images is { } taken && _kept.Count > 0) await taken.DropUntouchedAsync(session, cancellationToken);
        if (deleted > 0 && !IsMerge) await TakeOverAsync(cancellationToken);
        return deleted;
    }

    /// <summary>Forgets the other pipelines that wrote the table: rows that were not read are gone, whoever wrote them.</summary>
    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        var images = SqlBeforeImages.NameOf(dialect, _live.Name);
        var hasImages = note?.Images is not null || (await session.ColumnsAsync(images, cancellationToken)).Count > 0;
        await new SqlWriters(Connection, dialect.OwnSchema)
            .TakeOverAsync(plan.Pipeline, _live.Name.Name, hasImages ? images : null, cancellationToken);
    }

    private async Task<long> DeleteAsync(string gone, CancellationToken cancellationToken)
    {
        var done = 0L;
        var reason = await TryAsync(async () => done = await DeleteRowsAsync(gone, cancellationToken), cancellationToken);
        return reason is null ? done : await DeleteInPartsAsync(gone, cancellationToken);
    }

    private Task<long> DeleteRowsAsync(string which, CancellationToken cancellationToken, params (string Name, object? Value)[] values) =>
        _live.Plan.Deletes.IsSoft
            ? Connection.ExecuteAsync(
                $"UPDATE {_live.Name} AS l SET {_live.MarkedDeleted("@at", "@run", "@value")} WHERE {which}", cancellationToken,
                [.. values, ("at", dialect.Instant(stamp.SyncedAt)), ("run", plan.Run), ("value", _live.Plan.Deletes.Value)])
            : Connection.ExecuteAsync($"DELETE FROM {_live.Name} AS l WHERE {which}", cancellationToken, values);

    /// <summary>Deletes what is gone, but for the rows that the database does not let go: those wait, each with its reason.</summary>
    private async Task<long> DeleteInPartsAsync(string gone, CancellationToken cancellationToken)
    {
        var work = new SqlName(dialect.TemporarySchema, "_tidemark_gone");
        await Connection.ExecuteAsync(
            $"""
            CREATE TEMPORARY TABLE {SqlName.Column(work.Name)} AS
            SELECT row_number() OVER () AS "_n", {string.Join(", ", _live.Key.Select(column => $"l.{column.Quoted}"))} FROM {_live.Name} AS l WHERE {gone}
            """,
            cancellationToken);
        await Connection.ExecuteAsync(dialect.IndexTemporary(work, _live.KeyList), cancellationToken);
        var numbers = new long[await Connection.CountAsync($"SELECT count(*) FROM {work}", cancellationToken)];
        for (var at = 0; at < numbers.Length; at++) numbers[at] = at + 1;
        var bad = new List<(long Number, Problem Reason)>();
        var done = await Bisection.RunAsync<long>(
            work => TryAsync(work, cancellationToken), numbers,
            part => DeleteRowsAsync(
                $"""EXISTS (SELECT 1 FROM {work} AS w WHERE {_live.KeyMatch("w", "l")} AND w."_n" BETWEEN @low AND @high)""", cancellationToken,
                ("low", part.Span[0]), ("high", part.Span[^1])),
            (number, reason) => bad.Add((number, reason)));
        foreach (var (number, reason) in bad) _kept.Add(new(await KeyAsync(work, number, cancellationToken), reason));
        await Connection.ExecuteAsync($"DROP TABLE {work}", cancellationToken);
        return done;
    }

    private async Task<string> KeyAsync(SqlName work, long number, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            Connection, $"SELECT {_live.KeyTexts("w")} FROM {work} AS w WHERE w.\"_n\" = @number", ("number", number));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return _live.KeyIn(reader);
    }

    /// <summary>Runs a statement over the staged rows that differ; where a constraint refuses it, without the bad rows.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="exchanges">Whether rows may stand in each other's way, as each has a value that must be unique and that another is to have.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    private async Task<long> ApplyAsync(string statement, bool exchanges, CancellationToken cancellationToken)
    {
        var done = 0L;
        var refused = await TryAsync(
            async () => done = await Connection.ExecuteAsync(statement, cancellationToken, ("low", 1L), ("high", long.MaxValue)),
            cancellationToken);
        return refused is null ? done : await ApplyInPartsAsync(statement, exchanges, cancellationToken);
    }

    private async Task<long> ApplyInPartsAsync(string statement, bool exchanges, CancellationToken cancellationToken)
    {
        var differing = await Connection.ExecuteAsync(
            $"""
            UPDATE {_staged.Name} AS s SET "_op" = n."_op"
            FROM (SELECT {_staged.KeyList}, row_number() OVER () AS "_op" FROM {_staged.Name} WHERE "_op" >= 1) AS n
            WHERE {_staged.KeyMatch("s", "n")}
            """,
            cancellationToken);
        var numbers = new long[differing];
        for (var at = 0; at < numbers.Length; at++) numbers[at] = at + 1;
        var bad = new List<(long Number, Problem Reason)>();
        var done = await Bisection.RunAsync<long>(
            work => TryAsync(work, cancellationToken), numbers,
            part => Connection.ExecuteAsync(statement, cancellationToken, ("low", part.Span[0]), ("high", part.Span[^1])),
            (number, reason) => bad.Add((number, reason)));
        if (exchanges && bad.Count > 1)
        {
            var exchanged = bad.ConvertAll(each => each.Number);
            if (await TryAsync(() => ExchangeAsync(statement, exchanged, cancellationToken), cancellationToken) is null)
            {
                done += bad.Count;
                bad.Clear();
            }
        }

        foreach (var (number, reason) in bad) await RefuseAsync(number, reason, cancellationToken);
        return done;
    }

    private async Task<long> ExchangeAsync(string update, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var unique = await session.ReleasableAsync(_live.Name, cancellationToken);
        return await SqlExchange.RunAsync(
            Connection, update,
            [.. _live.UpdatedColumns.Where(column => column.IsSources && unique.Contains(column.Name)).Select(column => column.Quoted)],
            ($"UPDATE {_live.Name} AS l", $"""FROM {_staged.Name} AS s WHERE s."_op" BETWEEN @low AND @high AND {_live.KeyMatch("s", "l")}"""),
            numbers, cancellationToken);
    }

    /// <summary>Leaves a bad row's key alone in the staging, so that no later statement meets it and its live row stays.</summary>
    private async Task RefuseAsync(long number, Problem reason, CancellationToken cancellationToken)
    {
        var payload = _staged.Plan.KeepsRaw ? "CAST(s.\"raw\" AS text)" : $"CAST(s.{_staged.Key[0].Quoted} AS text)";
        await using (var command = SqlCommands.Command(
            Connection, $"SELECT {payload}, s.\"_hash\" FROM {_staged.Name} AS s WHERE s.\"_op\" = @number", ("number", number)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            _refused.Add(new RefusedRecord(reader.GetString(0), reader.GetInt64(1), reason));
        }

        await Connection.ExecuteAsync(
            $"UPDATE {_staged.Name} SET \"_op\" = 0, \"_hash\" = NULL WHERE \"_op\" = @number",
            cancellationToken, ("number", number));
    }

    private Task<Problem?> TryAsync(Func<Task> work, CancellationToken cancellationToken) =>
        SqlSavepoint.TryAsync(Connection, work, dialect, _live.Name, cancellationToken, ChecksDeferred);
}
