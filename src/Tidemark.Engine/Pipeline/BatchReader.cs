using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using System.Threading.Channels;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline;

/// <summary>Rows that go to the destination together, and where the stream stands after them.</summary>
/// <param name="Rows">Given back to the reader when they are written.</param>
/// <param name="Read">Records read, deletions not counted.</param>
/// <param name="Unfit">Records that cannot become rows.</param>
/// <param name="Unidentified">Those of them whose key could not be read.</param>
/// <param name="After">The cursor after the last page in here.</param>
/// <param name="NewFields">Columns that the table needs before these rows are written.</param>
/// <param name="LeftOut">New fields for which there is no room in the table, or no column because of their name.</param>
internal sealed record Batch(
    RowBatch Rows, long Read, IReadOnlyList<QuarantinedRecord> Unfit, long Unidentified, Cursor After,
    IReadOnlyList<Field> NewFields, IReadOnlyList<Field> LeftOut)
{
    /// <summary>Columns that the table must have as text before these rows are written; with the type that they had.</summary>
    public IReadOnlyList<(Field Field, FieldType Was)> Widened { get; init; } = [];

    /// <summary>True for the batch that ends the reading.</summary>
    public bool IsLast { get; init; }

    /// <summary>Records that earlier batches of this reading had put into quarantine, and that this one replaces.</summary>
    public int Overtaken { get; init; }
}

/// <summary>Maps pages to batches. A batch ends where a page ends, so that its cursor speaks for all of it.</summary>
/// <param name="stream">The columns that the table has.</param>
/// <param name="table">Policy for new fields.</param>
/// <param name="start">What the table can still take.</param>
/// <param name="clock">Tells how old a batch is.</param>
internal sealed class BatchReader(StreamSchema stream, TablePlan table, StreamStart start, TimeProvider clock)
{
    // A batch costs the destination one transaction; four megabytes make its fixed cost small and bound the memory.
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxRows = 10_000;

    // What a slow source gives is not held back until a batch is full: it is safe, and seen, after this time.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    // One batch is written while the next is mapped.
    private readonly Channel<RowBatch> _spare = Channel.CreateBounded<RowBatch>(2);
    private readonly FilledColumns _filled = new(stream);
    private readonly RecordMask? _mask = table.NewMask();
    private RecordMapper? _mapper;
    private StreamSchema _stream = stream;
    private int _room = start.Room;

    /// <summary>Records read so far, deletions not counted.</summary>
    public long Count { get; private set; }

    /// <summary>Declared columns that no record read so far has a value for.</summary>
    public IEnumerable<string> EmptyColumns => _filled.Empty;

    /// <summary>What is excluded or masked and no record read so far has.</summary>
    public IEnumerable<MaskRule> UnmetMasks => _mask?.Unmet ?? [];

    /// <summary>Columns of places that only the pipeline names, and that no record read so far has.</summary>
    public IEnumerable<Field> UnmetColumns => _filled.Unmet;

    /// <summary>Reads pages to their end. The last batch may be empty; it carries the cursor of the end.</summary>
    /// <exception cref="TidemarkException"><c>schema.frozen</c>; <c>source.no_end</c> where there was no page.</exception>
    public async IAsyncEnumerable<Batch> ReadAsync(
        IAsyncEnumerable<Page> pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var open = Open();
        var openedAt = clock.GetTimestamp();
        Cursor? cursor = null;
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            using (page)
            {
                if (open.Rows.ByteCount >= MaxBytes || open.Rows.Count >= MaxRows
                    || (cursor is not null && clock.GetElapsedTime(openedAt) >= MaxAge))
                {
                    yield return open.Close(cursor!);
                    open = Open();
                    openedAt = clock.GetTimestamp();
                }

                foreach (var place in page.Records) Add(open, page.Bytes.Span.Slice(place.Start, place.Length), place);
                cursor = page.After;
            }
        }

        yield return open.Close(cursor ?? throw new TidemarkException(
            FailureKind.Defect, "source.no_end", $"The source ended {_stream.Name} without a page that says where.")) with
        {
            IsLast = true,
        };
    }

    /// <summary>Reads records that were read before. There may be none, and their pages do not move the cursor.</summary>
    /// <exception cref="TidemarkException"><c>schema.frozen</c>.</exception>
    public async IAsyncEnumerable<Batch> RetryAsync(
        IAsyncEnumerable<Page> pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            using (page)
            {
                var open = Open();
                foreach (var place in page.Records) Add(open, page.Bytes.Span.Slice(place.Start, place.Length), place);
                yield return open.Close(page.After);
            }
        }
    }

    /// <summary>Takes a written batch back, for its buffers.</summary>
    public void Return(Batch written)
    {
        written.Rows.Clear();
        _spare.Writer.TryWrite(written.Rows);
    }

    private void Add(OpenBatch open, ReadOnlySpan<byte> record, RecordSlice place)
    {
        if (_mask is not null)
        {
            if (!_mask.TryApply(record, out var masked))
            {
                Withhold(open, place);
                return;
            }

            record = masked;
        }

        _mapper ??= Mapper();
        var result = _mapper.Map(record, place.IsDeletion, open.Rows, place.Unfit);
        if (result.Evolves)
        {
            Evolve(open, result);
            result = _mapper.Map(record, place.IsDeletion, open.Rows, place.Unfit);
        }

        if (!place.IsDeletion)
        {
            open.Read++;
            Count++;
        }

        if (result.Problem is not { } problem) return;
        open.Refuse(result.IsIdentified, new QuarantinedRecord(_stream.Name, Encoding.UTF8.GetString(record), problem)
        {
            CanRetry = place.Unfit is null && Utf8.IsValid(record),
        });
    }

    /// <summary>What cannot be masked is not kept either, not even in quarantine.</summary>
    private void Withhold(OpenBatch open, RecordSlice place)
    {
        if (!place.IsDeletion)
        {
            open.Read++;
            Count++;
        }

        open.Refuse(isIdentified: false, new QuarantinedRecord(_stream.Name, "{}", new Problem(
            "record.not_masked", _stream.Name, "The record is not valid JSON: what the pipeline excludes or masks cannot be found in it. It is not kept."))
        {
            CanRetry = false,
        });
    }

    private void Evolve(OpenBatch open, MapResult result)
    {
        var fields = result.NewFields;
        if (fields.Count > 0 && table.SchemaChanges == SchemaChanges.Freeze)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "schema.frozen",
                $"{_stream.Name} has new fields ({string.Join(", ", fields.Select(field => field.Path))}), and its schema is frozen.")
            {
                Hint = "Set schema_changes of the pipeline to evolve or discard.",
            };
        }

        var rowBytes = (long)result.RowBytes;
        var added = fields.Where(HasPlainName).Take(_room)
            .TakeWhile(field => (rowBytes += RowSpace.Of(field.Type)) <= start.RowBytes).ToList();
        var leftOut = fields.Except(added).ToList();
        var widened = result.Widened ?? [];
        foreach (var field in widened)
        {
            // The table does not have a column yet that an earlier record of the same batch has brought.
            if (open.NewFields.FindIndex(known => known.Name == field.Name) is var at and >= 0) open.NewFields[at] = field;
            else open.Widened.Add((field, _stream.Fields.First(known => known.Name == field.Name).Type));
        }

        _room -= added.Count;
        _stream = _stream.With([.. added, .. widened]) with { LeftInRaw = [.. _stream.LeftInRaw, .. leftOut.Select(field => field.Path)] };
        _mapper = Mapper();
        open.Rows.Widen(_stream);
        open.NewFields.AddRange(added);
        open.LeftOut.AddRange(leftOut);
    }

    // A control character, NUL above all, has no place in what a database says of its columns.
    private static bool HasPlainName(Field field) => !field.Path.Any(char.IsControl);

    private OpenBatch Open() =>
        new(_spare.Reader.TryRead(out var spare) && ReferenceEquals(spare.Stream, _stream) ? spare : new RowBatch(_stream));

    private RecordMapper Mapper() =>
        new(_stream, table.SchemaChanges != SchemaChanges.Discard && !table.KeysOnly, table.KeepsRaw, table.KeysOnly)
        {
            Filled = _filled,
            EmptyIsNull = table.EmptyText == EmptyText.Null,
            IsTaken = start.IsTaken,
            MayBecomeText = table.SchemaChanges == SchemaChanges.Evolve ? start.MayBecomeText : _ => false,
        };

    private sealed class OpenBatch(RowBatch rows)
    {
        private readonly List<(int Row, QuarantinedRecord Record)> _unfit = [];
        private readonly List<QuarantinedRecord> _unidentified = [];

        public RowBatch Rows => rows;

        public long Read { get; set; }

        public List<Field> NewFields { get; } = [];

        public List<Field> LeftOut { get; } = [];

        public List<(Field Field, FieldType Was)> Widened { get; } = [];

        /// <summary>Notes a record that cannot become a row; where its key could be read, that is the last row here.</summary>
        public void Refuse(bool isIdentified, QuarantinedRecord record)
        {
            if (isIdentified) _unfit.Add((rows.Count - 1, record));
            else _unidentified.Add(record);
        }

        /// <summary>Those that a later record of the same key replaces are settled by that one, and counted as skipped.</summary>
        public Batch Close(Cursor after)
        {
            var unfit = _unfit.Where(unfit => !rows.IsSuperseded(unfit.Row))
                .Select(unfit => unfit.Record with { Key = rows.KeyText(unfit.Row) });
            return new(rows, Read, [.. unfit, .. _unidentified], _unidentified.Count, after, NewFields, LeftOut) { Widened = Widened };
        }
    }
}
