using System.Text;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Records;

/// <summary>Gives columns with an owner or a default their values, once the record's own have been read.</summary>
internal sealed class OwnedColumns(StreamSchema stream)
{
    private readonly OwnedColumn[] _columns =
    [
        .. stream.Fields.Index()
            .Where(entry => entry.Item.Ownership is not null)
            .Select(entry => new OwnedColumn(entry.Index, entry.Item, stream)),
    ];

    /// <summary>Fills the cells of the row that is staged.</summary>
    public void Fill(RowBatch batch)
    {
        foreach (var column in _columns) column.Fill(batch);
    }

    /// <summary>Whether a default can be what its column holds; null where it can, else what is wrong with it.</summary>
    public static string? Mistake(StreamSchema stream, Field field)
    {
        var named = field.Ownership!.When.Select(condition => condition.Column)
            .Concat(field.Type == FieldType.Text ? TextTemplate.Names(field.Ownership.Default ?? "") : []);
        if (TextTemplate.Mistake(stream, named) is { } mistake) return mistake;
        if (field.Type == FieldType.Text || field.Ownership.Default is not { } text) return null;
        var batch = new RowBatch(stream);
        return Read(field, text, batch, out _) is null ? null : $"{text} is not a {field.Type}.";
    }

    private static string? Read(Field field, string text, RowBatch batch, out Cell cell)
    {
        // The same reader as for a record's values, so that a default means what it would mean there.
        var isQuoted = field.Type is FieldType.Timestamp or FieldType.Date;
        var json = isQuoted ? JsonSerializer.SerializeToUtf8Bytes(text, PlainJson.Default.String) : Encoding.UTF8.GetBytes(text);
        var raw = batch.Append(json);
        try
        {
            var reader = new Utf8JsonReader(batch.Bytes(raw));
            reader.Read();
            return CellReader.Read(field, ref reader, raw, batch, emptyIsNull: false, out cell);
        }
        catch (JsonException)
        {
            cell = default;
            return "value.wrong_type";
        }
    }

    private sealed class OwnedColumn
    {
        private readonly int _position;
        private readonly Field _field;
        private readonly ColumnOwnership _ownership;
        private readonly ColumnRule _rule;
        private readonly TextTemplate? _template;

        public OwnedColumn(int position, Field field, StreamSchema stream)
        {
            (_position, _field, _ownership) = (position, field, field.Ownership!);
            _rule = new ColumnRule(stream, _ownership);
            if (field.Type == FieldType.Text && _ownership.Default is { } text) _template = new TextTemplate(text, stream);
        }

        public void Fill(RowBatch batch)
        {
            var cells = batch.Staged();
            var isSources = _ownership.Owner != ColumnOwner.App || (_ownership.IsConditional && _rule.Holds(batch, cells));
            if (isSources && !cells[_position].IsNull) return;
            batch.Set(_position, isSources && _ownership.IsConditional ? default : Default(batch));
        }

        private Cell Default(RowBatch batch)
        {
            if (_template is not null) return _template.Fill(batch);
            if (_ownership.Default is not { } text) return default;
            return Read(_field, text, batch, out var cell) is not { } wrong ? cell
                : throw new TidemarkException(
                    FailureKind.Configuration, "column.invalid_default", $"The default of {_field.Name} does not fit: {wrong}.");
        }
    }
}
