using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Quarantining;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline;

/// <summary>Keeps account of one stream: every record read must end as one of the counts, and every row be proven.</summary>
internal sealed class StreamLedger(TablePlan plan, QuarantineLimit limit, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long? _begunAt;
    private StreamFigures _figures = new(plan.Stream.Name, plan.Table);
    private Checksum _expected;
    private Checksum _found;
    private bool _isEnded;
    private bool _isPublished;
    private StreamFigures? _retried;

    /// <summary>How the stream is really written; a merge whose cursor is too old becomes a replace.</summary>
    public WriteMode Mode { get; private set; } = plan.Mode;

    /// <summary>Whether what was read waits to be published.</summary>
    public bool IsStaged => !_isPublished && (plan.Staging == Staging.Compared || Mode == WriteMode.Replace);

    /// <summary>Why a reading of everything found nothing, as far as the source can say.</summary>
    public string? WhyEmpty { get; set; }

    /// <summary>Records that earlier runs put into quarantine, and that this one could neither read nor try again.</summary>
    public int StillWaiting { get; set; }

    public string Stream => plan.Stream.Name;

    public string Table => plan.Table;

    public bool KeepsRaw => plan.KeepsRaw;

    public bool KeysOnly => plan.KeysOnly;

    public bool HasFailed => Figures.Error is not null;

    /// <summary>What went of other tables along with rows that were deleted.</summary>
    public IReadOnlyList<Cascade> Cascades { get; private set; } = [];

    /// <summary>Whether the stream stopped before it went too far, and waits for approval.</summary>
    public bool NeedsApproval { get; private set; }

    public IStreamLoad? Load { get; private set; }

    /// <summary>Columns that the reading needed and the table did not have so.</summary>
    public IReadOnlyList<ColumnChange> Columns { get; private set; } = [];

    public StreamFigures Figures
    {
        get
        {
            lock (_lock)
            {
                return _isEnded ? _figures : _figures with { Seconds = Elapsed };
            }
        }
    }

    /// <summary>Since the stream began; 0 while it waits its turn.</summary>
    private double Elapsed => _begunAt is { } begunAt ? clock.GetElapsedTime(begunAt).TotalSeconds : 0;

    /// <summary>The stream's turn has come: its time counts from here.</summary>
    public void Begin()
    {
        lock (_lock) _begunAt = clock.GetTimestamp();
    }

    public void Opened(IStreamLoad load, TablePlan table)
    {
        lock (_lock)
        {
            (Load, Mode) = (load, table.Mode);
            _figures = _figures with { IsFull = !table.KeysOnly && (table.Mode == WriteMode.Replace || load.Checkpoint is null) };
            if (table.Staging == Staging.Resumable && load.Checkpoint is { } staged) Settle(staged.Staged);
        }
    }

    /// <summary>
    /// What the live rows were asked for and this reading was not; null where that is not known. A merge deletes only what
    /// the source has said to be gone.
    /// </summary>
    public IReadOnlyList<string>? OutOfSight(ISource source) =>
        Mode == WriteMode.Merge ? [] : source.OutOfSight(Stream, Load!.Start.Before, Load.Checkpoint!.Cursor);

    /// <summary>Notes the columns that a batch needs.</summary>
    public void Evolved(Batch batch) => Columns =
    [
        .. Columns,
        .. batch.NewFields.Select(field => new ColumnChange(field.Name, field.Type)),
        .. batch.Widened.Select(widened => new ColumnChange(widened.Field.Name, widened.Field.Type) { Was = widened.Was }),
    ];

    /// <summary>Whether the end of the reading is proven.</summary>
    public bool ProvesEnd(ISource source) => source.ProvesEnd(Stream, Load!.Checkpoint!.Cursor);

    /// <summary>The counts of a staging once a batch is in it, before the destination has had its say.</summary>
    public static StagedCounts Staged(StagedCounts before, Batch batch) =>
        new(
            before.Read + batch.Read,
            before.Skipped + batch.Rows.SupersededCount + batch.Overtaken,
            before.Quarantined + batch.Unfit.Count - batch.Overtaken,
            before.Checksum + ChecksumOf(batch.Rows, []))
        {
            Unidentified = before.Unidentified + batch.Unidentified,
        };

    public void Wrote(Batch batch, WriteResult written, StagedCounts staged)
    {
        lock (_lock)
        {
            if (IsStaged)
            {
                Settle(staged);
                return;
            }

            _figures = _figures with
            {
                // A deletion that cannot be carried out is accounted for as a record that waits.
                Read = _figures.Read + batch.Read + written.Refused.Count(refused => batch.Rows.Kind(refused.Row) == RowKind.Deletion),
                Created = _figures.Created + written.Created,
                Updated = _figures.Updated + written.Updated,
                Unchanged = _figures.Unchanged + written.Unchanged,
                Skipped = _figures.Skipped + batch.Rows.SupersededCount + batch.Overtaken,
                Quarantined = _figures.Quarantined + batch.Unfit.Count + written.Refused.Count - batch.Overtaken,
                Deleted = _figures.Deleted + written.Deleted,
            };
            _expected += ChecksumOf(batch.Rows, written.Refused);
            _found += written.Verified;
            Cascades = Cascade.Sum(Cascades, written.Cascades);
        }
    }

    /// <summary>What was read so far was in quarantine before: it does not count towards the limit.</summary>
    public void Retried()
    {
        lock (_lock) _retried = _figures;
    }

    /// <summary>Why the stream must not go on, where more of what it read is in quarantine than its limit allows.</summary>
    /// <param name="isEnd">Whether everything was read, so that the share is final.</param>
    /// <param name="more">Records that are refused just now.</param>
    public TidemarkException? TooManyQuarantined(bool isEnd, int more = 0)
    {
        lock (_lock)
        {
            return limit.Objection(
                Stream, _figures.Read - (_retried?.Read ?? 0), _figures.Quarantined - (_retried?.Quarantined ?? 0) + more, isEnd);
        }
    }

    /// <summary>Notes what a person should know of the reading, though nothing is wrong with its rows.</summary>
    public void Remark(string remark)
    {
        lock (_lock) _figures = _figures with { Remarks = [.. _figures.Remarks, remark] };
    }

    /// <summary>Rows of a merge that the destination was asked for at the end.</summary>
    public void Verified(Checksum found)
    {
        lock (_lock)
        {
            _found += found;
            _figures = _figures with { Receipt = new StreamReceipt(_expected, _found) };
        }
    }

    public void Published(PublishResult published)
    {
        lock (_lock)
        {
            _isPublished = true;
            var expected = _expected;
            foreach (var refused in published.Refused) expected -= Checksum.Of(refused.Hash);
            _figures = _figures with
            {
                Created = published.Created,
                Updated = published.Updated,
                Unchanged = plan.KeysOnly ? _figures.Read - _figures.Skipped - _figures.Quarantined : published.Unchanged,
                Read = _figures.Read + published.Kept.Count,
                Quarantined = _figures.Quarantined + published.Refused.Count + published.Kept.Count,
                Deleted = published.Deleted,
                Receipt = new StreamReceipt(expected, published.Live),
            };
        }
    }

    /// <summary>Records whose values the source has confirmed.</summary>
    public void WroteBack(int records)
    {
        lock (_lock) _figures = _figures with { WrittenBack = _figures.WrittenBack + records };
    }

    public void Failed(TidemarkException failure)
    {
        NeedsApproval = failure.Kind == FailureKind.Approval;
        Failed(Problem.From(failure, Stream));
    }

    public void Failed(Problem error)
    {
        lock (_lock) _figures = _figures with { Error = error };
    }

    public void Ended()
    {
        lock (_lock)
        {
            if (_isEnded) return;
            (_figures, _isEnded) = (_figures with { Seconds = Elapsed }, true);
        }
    }

    private void Settle(StagedCounts staged)
    {
        _figures = _figures with { Read = staged.Read, Skipped = staged.Skipped, Quarantined = staged.Quarantined };
        _expected = staged.Checksum;
    }

    private static Checksum ChecksumOf(RowBatch rows, IReadOnlyList<RefusedRow> refused)
    {
        var sum = default(Checksum);
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows.Kind(row) == RowKind.Record && !rows.IsSuperseded(row)) sum += Checksum.Of(rows.Hash(row));
        }

        foreach (var bad in refused.Where(each => rows.Kind(each.Row) == RowKind.Record)) sum -= Checksum.Of(rows.Hash(bad.Row));
        return sum;
    }
}
