using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Backup;

/// <summary>Turns a row, a JSON array in the order of the columns, into an object with their names, and back to the letter.</summary>
internal sealed class RecordText(IReadOnlyList<TableColumn> columns) : IDisposable
{
    private static readonly JsonWriterOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json = new(Stream.Null, Relaxed);
    private readonly Range[] _values = new Range[columns.Count];
    private readonly Dictionary<string, int> _places =
        columns.Select((column, at) => (column.Name, at)).ToDictionary(StringComparer.Ordinal);

    public ReadOnlyMemory<byte> ToRecord(ReadOnlySpan<byte> row)
    {
        Begin();
        _json.WriteStartObject();
        var reader = ForeignJson.Reader(row);
        reader.Read();
        for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
        {
            _json.WritePropertyName(columns[at].Name);
            _json.WriteRawValue(row[Value(ref reader)], skipInputValidation: true);
        }

        _json.WriteEndObject();
        return End();
    }

    /// <exception cref="JsonException">It is no object with exactly these members.</exception>
    public ReadOnlyMemory<byte> ToRow(ReadOnlySpan<byte> record)
    {
        var reader = ForeignJson.Reader(record);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A record is no object.");
        var found = 0;
        for (; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; found++)
        {
            if (!_places.TryGetValue(reader.GetString()!, out var place))
                throw new JsonException("A record has a member that is no column.");
            reader.Read();
            _values[place] = Value(ref reader);
        }

        if (found != columns.Count) throw new JsonException("A record lacks a column.");
        Begin();
        _json.WriteStartArray();
        foreach (var value in _values) _json.WriteRawValue(record[value], skipInputValidation: true);
        _json.WriteEndArray();
        return End();
    }

    public void Dispose() => _json.Dispose();

    private static Range Value(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private void Begin()
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
    }

    private ReadOnlyMemory<byte> End()
    {
        _json.Flush();
        return _bytes.WrittenMemory;
    }
}
