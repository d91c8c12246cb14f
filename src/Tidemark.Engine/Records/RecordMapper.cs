using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Records;

/// <summary>Maps records to rows of one stream, reading each record once and in place.</summary>
/// <param name="stream">The columns.</param>
/// <param name="reportsNewFields">Whether to report properties that no field names.</param>
/// <param name="keepsRaw">Part of the content hash's seed: turning it on or off rewrites the rows.</param>
/// <param name="keysOnly">Whether to map only the keys.</param>
public sealed class RecordMapper(StreamSchema stream, bool reportsNewFields, bool keepsRaw, bool keysOnly = false)
{
    private static readonly JsonReaderOptions Depth = new() { MaxDepth = ForeignJson.MaxDepth };

    private readonly PathNode _root = PathNode.Root(stream);
    private readonly OwnedColumns _owned = new(stream);
    private readonly ulong _seed = stream.Fingerprint(keepsRaw);
    private readonly List<Field> _newFields = [];

    /// <summary>Receives which columns have values; null for nobody.</summary>
    public FilledColumns? Filled { get; init; }

    /// <summary>Whether an empty text is no value in a column that is none of text. Default true.</summary>
    public bool EmptyIsNull { get; init; } = true;

    /// <summary>Whether a field may become one of text when a value does not fit it. Default never.</summary>
    public Func<Field, bool> MayBecomeText { get; init; } = _ => false;

    /// <summary>Whether a table has a column of a name already that a field of a type cannot fill. Default never.</summary>
    public Func<string, FieldType, bool> IsTaken { get; init; } = (_, _) => false;

    private readonly List<Field> _widened = [];
    private Misfit? _wrong;
    private int _rowBytes;

    public StreamSchema Stream => stream;

    /// <summary>
    /// Adds a record to the batch as a row. Where the record has fields that the stream does not, they are returned
    /// and nothing was added; where it cannot become a row, the problem is. Both empty: it is in the batch.
    /// </summary>
    /// <param name="record">The record's JSON, as the source sent it.</param>
    /// <param name="isDeletion">Whether the source reports the record as deleted.</param>
    /// <param name="into">Receives the row.</param>
    /// <param name="unfit">Why the record must not become a row, where the source says so.</param>
    public MapResult Map(ReadOnlySpan<byte> record, bool isDeletion, RowBatch into, string? unfit = null)
    {
        _newFields.Clear();
        _widened.Clear();
        (_wrong, _rowBytes) = (null, 0);
        var raw = into.Stage(record);
        if (!Utf8.IsValid(record)) return Refuse(new("value.invalid_text", stream.Name, "The record is not valid UTF-8."));

        var hash = _seed;
        var incomplete = unfit is null ? null : new Problem("record.incomplete", stream.Name, unfit);
        var reader = new Utf8JsonReader(into.Bytes(raw), Depth);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Refuse(incomplete ?? new("record.not_an_object", stream.Name, "The record is not a JSON object."));
            hash += ReadObject(ref reader, _root, raw, into, isTop: true);
        }
        catch (JsonException)
        {
            // Its key may stand before the place where it is no JSON.
            incomplete ??= MendedJson.Flaw(record) is { Length: > 0 } flaw
                ? new Problem("record.invalid_json", stream.Name, $"The record is not valid JSON from here on: {flaw}")
                : new Problem("record.too_deep", stream.Name, $"The record is nested deeper than {ForeignJson.MaxDepth} levels.");
        }

        _owned.Fill(into);

        if (isDeletion || keysOnly)
        {
            // The key counts; what else the record carries, or lacks, is of no interest.
            _newFields.Clear();
            _widened.Clear();
            if (_wrong is { } other && !IsOfKey(other.Field)) _wrong = null;
        }

        if ((incomplete ?? _wrong?.Of(stream)) is { } problem)
        {
            var isIdentified = into.Commit(raw, unchecked((long)hash), RowKind.Unfit);
            if (!isIdentified) into.Abandon(raw);
            return new MapResult([], problem, isIdentified);
        }

        if (_newFields.Count > 0 || _widened.Count > 0)
        {
            into.Abandon(raw);
            return new MapResult([.. _newFields], null, true) { Widened = [.. _widened], RowBytes = _rowBytes };
        }

        var kind = isDeletion ? RowKind.Deletion : keysOnly ? RowKind.Unfit : RowKind.Record;
        return into.Commit(raw, unchecked((long)hash), kind)
            ? MapResult.Added
            : Refuse(new("record.no_key", stream.Name, $"The record has no value for its key ({string.Join(", ", stream.Key)})."));

        MapResult Refuse(Problem why)
        {
            into.Abandon(raw);
            return new MapResult([], why, false);
        }
    }

    /// <summary>Reads an object's properties into cells; returns the order-independent sum of their hashes.</summary>
    private ulong ReadObject(ref Utf8JsonReader reader, PathNode node, Cell raw, RowBatch into, bool isTop)
    {
        var sum = 0UL;
        for (var place = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; place++)
        {
            var property = Property(in reader, node, place);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (property is null)
            {
                reader.Skip();
                continue;
            }

            if (isTop && !property.IsKnown && reportsNewFields) Notice(property, reader.TokenType);

            if (property.HasChildren && reader.TokenType == JsonTokenType.StartObject)
            {
                var whole = reader; // an object may be a column, and hold others
                if (property.Position >= 0) ReadCell(ref whole, property, raw, into);
                ReadObject(ref reader, property, raw, into, isTop: false);
            }
            else if (property.Position >= 0) ReadCell(ref reader, property, raw, into);
            else reader.Skip();

            // A property that is neither kept nor reported is no part of the content.
            if (isTop && (property.IsKnown || keepsRaw || reportsNewFields))
            {
                var value = Cell.OfBytes(raw.Start + start, (int)reader.BytesConsumed - start);
                sum += ContentHash.Of(into.Bytes(value), property.NameHash);
            }
        }

        return sum;
    }

    /// <summary>Null for a name that is no text: no database keeps it.</summary>
    private PathNode? Property(ref readonly Utf8JsonReader reader, PathNode node, int place)
    {
        if (!reader.ValueIsEscaped) return node.Find(reader.ValueSpan, place);
        if (ForeignJson.Text(in reader) is { } name) return node.Find(Encoding.UTF8.GetBytes(name), place);
        _wrong ??= new(
            "value.invalid_text", null, $"The name of the property {Encoding.UTF8.GetString(reader.ValueSpan)} is not valid text: half of a surrogate pair.");
        return null;
    }

    private void ReadCell(ref Utf8JsonReader reader, PathNode property, Cell raw, RowBatch into)
    {
        foreach (var other in property.MorePositions)
        {
            var again = reader;
            ReadCell(ref again, other, raw, into);
        }

        ReadCell(ref reader, property.Position, raw, into);
    }

    private void ReadCell(ref Utf8JsonReader reader, int position, Cell raw, RowBatch into)
    {
        var field = stream.Fields[position];
        if (field.IsUnproven) Filled?.Meet(position);
        var start = (int)reader.TokenStartIndex;
        if (CellReader.Read(field, ref reader, raw, into, EmptyIsNull, out var cell) is not { } wrong)
        {
            if (field.Type is FieldType.Decimal or FieldType.Float64 && IsOfKey(field)) cell = ValueText.OfKey(cell, into);
            into.Set(position, cell);
            if (cell.IsNull) return;
            Filled?.Fill(position);
            _rowBytes += RowSpace.Of(field.Type);
        }
        else if (MayBecomeText(field) && !IsOfKey(field) && IsText(into.Bytes(raw)[start..(int)reader.BytesConsumed])) Widen(field);
        else if (_wrong is null || IsOfKey(field)) _wrong = Misfit.Of(field, wrong, into.Bytes(raw)[start..(int)reader.BytesConsumed]);
    }

    // A method of its own: a lambda in the one above would cost an object for each value.
    private void Widen(Field field)
    {
        if (_widened.TrueForAll(other => other.Name != field.Name)) _widened.Add(field with { Type = FieldType.Text });
    }

    /// <summary>Whether a value can be kept as text: half of a surrogate pair cannot.</summary>
    private static bool IsText(ReadOnlySpan<byte> value)
    {
        if (value is not [(byte)'"', ..]) return true;
        var reader = ForeignJson.Reader(value);
        reader.Read();
        return ForeignJson.Text(in reader) is not null;
    }

    private void Notice(PathNode property, JsonTokenType value)
    {
        // Nothing can be said of the type of a null; the field is noticed once it has a value.
        if (value == JsonTokenType.Null) return;
        var name = Encoding.UTF8.GetString(property.Name);
        var path = name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        // Within one record, a property that comes again is the same.
        if (_newFields.Exists(field => field.Path == path)) return;
        // Some databases take two names for one that differ only by case.
        var taken = stream.Fields.Concat(_newFields).Select(field => field.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var type = Infer(value);
        _newFields.Add(new Field(ColumnNames.Choose(name, other => taken.Contains(other) || IsTaken(other, type)), type)
        {
            Path = path,
            IsInferred = true,
        });
    }

    private static FieldType Infer(JsonTokenType value) => value switch
    {
        JsonTokenType.String => FieldType.Text,
        // Whether a number will stay whole cannot be known from one record; a decimal holds both.
        JsonTokenType.Number => FieldType.Decimal,
        JsonTokenType.True or JsonTokenType.False => FieldType.Boolean,
        _ => FieldType.Json,
    };

    private bool IsOfKey(Field? field) => field is not null && stream.Key.Contains(field.Name);
}

/// <summary>What became of a record.</summary>
/// <param name="NewFields">Fields that the stream does not have yet; the record must be mapped again once it has.</param>
/// <param name="Problem">Why the record cannot become a row.</param>
/// <param name="IsIdentified">Whether the record's key could be read.</param>
public readonly record struct MapResult(IReadOnlyList<Field> NewFields, Problem? Problem, bool IsIdentified)
{
    public static readonly MapResult Added = new([], null, true);

    /// <summary>Fields that must become text before the record is mapped again; null or empty for none.</summary>
    public IReadOnlyList<Field>? Widened { get; init; }

    /// <summary>Bytes that the values of the fields which the stream has take of a row at least, where that is limited.</summary>
    public int RowBytes { get; init; }

    /// <summary>Whether the stream must change before the record is mapped again.</summary>
    public bool Evolves => NewFields.Count > 0 || Widened is { Count: > 0 };

    public bool IsAdded => !Evolves && Problem is null;
}
