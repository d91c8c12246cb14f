using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Records;

/// <summary>Maps records to rows of one stream, reading each record once and in place.</summary>
/// <param name="stream">The columns.</param>
/// <param name="reportsNewFields">Whether to report properties that no field names.</param>
/// <param name="keepsRaw">Part of the content hash's seed: turning it on or off rewrites the rows.</param>
/// <param name="keysOnly">Whether to map only the keys.</param>
public sealed class RecordMapper(StreamSchema stream, bool reportsNewFields, bool keepsRaw, bool keysOnly = false)
{
    private readonly PathNode _root = PathNode.Root(stream);
    private readonly OwnedColumns _owned = new(stream);
    private readonly ulong _seed = Fingerprint(stream, keepsRaw);
    private readonly List<Field> _newFields = [];

    /// <summary>Receives which columns have values; null for nobody.</summary>
    public FilledColumns? Filled { get; init; }

    private string? _wrong;
    private string? _wrongField;

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
        (_wrong, _wrongField) = (null, null);
        var raw = into.Stage(record);
        if (!Utf8.IsValid(record)) return Refuse("value.invalid_text", "The record is not valid UTF-8.");

        var hash = _seed;
        var reader = new Utf8JsonReader(into.Bytes(raw));
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Refuse("record.not_an_object", "The record is not a JSON object.");
        hash += ReadObject(ref reader, _root, raw, into, isTop: true);
        _owned.Fill(into);

        if (isDeletion || keysOnly)
        {
            // The key counts; what else the record carries, or lacks, is of no interest.
            _newFields.Clear();
            if (_wrongField is { } field && !stream.Key.Contains(field)) _wrong = null;
        }

        if (unfit is not null || _wrong is not null)
        {
            var isIdentified = into.Commit(raw, unchecked((long)hash), RowKind.Unfit);
            var problem = unfit is not null ? new Problem("record.incomplete", stream.Name, unfit)
                : new Problem(_wrong!, stream.Name, WrongValue(_wrongField!, _wrong!));
            if (!isIdentified) into.Abandon(raw);
            return new MapResult([], problem, isIdentified);
        }

        if (_newFields.Count > 0)
        {
            into.Abandon(raw);
            return new MapResult([.. _newFields], null, true);
        }

        var kind = isDeletion ? RowKind.Deletion : keysOnly ? RowKind.Unfit : RowKind.Record;
        return into.Commit(raw, unchecked((long)hash), kind)
            ? MapResult.Added
            : Refuse("record.no_key", $"The record has no value for its key ({string.Join(", ", stream.Key)}).");

        MapResult Refuse(string code, string message)
        {
            into.Abandon(raw);
            return new MapResult([], new Problem(code, stream.Name, message), false);
        }
    }

    /// <summary>Reads an object's properties into cells; returns the order-independent sum of their hashes.</summary>
    private ulong ReadObject(ref Utf8JsonReader reader, PathNode node, Cell raw, RowBatch into, bool isTop)
    {
        var sum = 0UL;
        for (var place = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; place++)
        {
            var property = reader.ValueIsEscaped
                ? node.Find(Encoding.UTF8.GetBytes(reader.GetString()!), place)
                : node.Find(reader.ValueSpan, place);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
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
        if (CellReader.Read(field, ref reader, raw, into, out var cell) is not { } wrong)
        {
            into.Set(position, cell);
            if (!cell.IsNull) Filled?.Fill(position);
        }
        else if (_wrong is null || stream.Key.Contains(field.Name)) (_wrong, _wrongField) = (wrong, field.Name);
    }

    private void Notice(PathNode property, JsonTokenType value)
    {
        // Nothing can be said of the type of a null; the field is noticed once it has a value.
        if (value == JsonTokenType.Null) return;
        var name = Encoding.UTF8.GetString(property.Name);
        var taken = stream.Fields.Concat(_newFields).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        _newFields.Add(new Field(ColumnNames.Choose(name, taken), Infer(value))
        {
            Path = name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal),
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

    private string WrongValue(string name, string code)
    {
        var field = stream.Fields.First(field => field.Name == name);
        return code switch
        {
            "value.out_of_range" => $"The value of {field.Path} is too large for {field.Type}.",
            "value.invalid_text" => $"The value of {field.Path} is not valid text: half of a surrogate pair.",
            _ => $"The value of {field.Path} is not a {field.Type}.",
        };
    }

    /// <summary>Changes when a connector declares its columns otherwise, so that unchanged records are written again.</summary>
    private static ulong Fingerprint(StreamSchema stream, bool keepsRaw)
    {
        var text = string.Join('\n', stream.Fields.Where(field => !field.IsInferred).Select(field =>
            string.Create(
                CultureInfo.InvariantCulture, $"{field.Name} {field.Type} {field.Path} {field.OrPath} {field.Time}{Owned(field)}")));
        return ContentHash.Of(Encoding.UTF8.GetBytes(text), keepsRaw ? 1UL : 0UL);

        static string Owned(Field field) => field.Ownership is { } owned
            ? $" {owned.Owner} {owned.Default} {string.Join(';', owned.When.Select(each => $"{each.Column}={string.Join(',', each.Values)}"))}"
            : "";
    }
}

/// <summary>What became of a record.</summary>
/// <param name="NewFields">Fields that the stream does not have yet; the record must be mapped again once it has.</param>
/// <param name="Problem">Why the record cannot become a row.</param>
/// <param name="IsIdentified">Whether the record's key could be read.</param>
public readonly record struct MapResult(IReadOnlyList<Field> NewFields, Problem? Problem, bool IsIdentified)
{
    public static readonly MapResult Added = new([], null, true);

    public bool IsAdded => NewFields.Count == 0 && Problem is null;
}
