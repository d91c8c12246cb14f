using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Wire;

/// <summary>A stream as the table that it becomes.</summary>
public sealed record StreamShownAnswer
{
    public required string Stream { get; init; }

    public required string Table { get; init; }

    /// <summary>The columns that are known, in order; with records, those too that the records brought along.</summary>
    public required IReadOnlyList<ColumnShownAnswer> Columns { get; init; }

    /// <summary>Names of the columns that identify a row.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>What a field beyond these columns does.</summary>
    public required SchemaChanges SchemaChanges { get; init; }

    /// <summary>Whether the whole record is kept in a column <c>raw</c>.</summary>
    public required bool KeepsRaw { get; init; }

    /// <summary>The first records as rows, column to value; absent where none were asked for.</summary>
    public IReadOnlyList<JsonObject>? Rows { get; init; }

    /// <summary>Records that would wait in quarantine, and why; absent where there are none.</summary>
    public IReadOnlyList<ProblemAnswer>? Quarantined { get; init; }

    public static StreamShownAnswer Of(PreviewedStream shown)
    {
        var fields = shown.Preview?.Fields ?? shown.Table.Stream.Fields;
        return new()
        {
            Stream = shown.Table.Stream.Name,
            Table = shown.Table.Table,
            Columns = [.. fields.Select(field => ColumnShownAnswer.Of(field, shown.Table.Stream))],
            Key = shown.Table.Stream.Key,
            SchemaChanges = shown.Table.SchemaChanges,
            KeepsRaw = shown.Table.KeepsRaw,
            Rows = shown.Preview is { } preview ? [.. preview.Rows.Select(row => Row(preview, row))] : null,
            Quarantined = shown.Preview is { Unfit.Count: > 0 } unfit ? [.. unfit.Unfit.Select(record => ProblemAnswer.Of(record.Reason))] : null,
        };
    }

    private static JsonObject Row(PreviewedRows preview, IReadOnlyList<string?> values)
    {
        var row = new JsonObject();
        for (var at = 0; at < preview.Fields.Count; at++) row[preview.Fields[at].Name] = Value(preview.Fields[at].Type, values[at]);
        if (preview.HasRaw) row["raw"] = Value(FieldType.Json, values[^1]);
        return row;
    }

    private static JsonNode? Value(FieldType type, string? text) => (type, text) switch
    {
        (_, null) => null,
        (FieldType.Int64, _) => long.Parse(text, CultureInfo.InvariantCulture),
        (FieldType.Boolean, _) => text == "true",
        (FieldType.Json or FieldType.Float64, _) => JsonNode.Parse(text),
        _ => text, // the digits of a decimal stay as they are
    };
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="From">Place in the record; null for a column that stands in none.</param>
/// <param name="Key">Whether it is a part of the key.</param>
/// <param name="Cursor">Whether an incremental reading goes by it.</param>
/// <param name="Nullable">Whether it may be null.</param>
public sealed record ColumnShownAnswer(string Name, FieldType Type, string? From, bool Key, bool Cursor, bool Nullable)
{
    /// <summary>Whether an incremental reading goes by a column.</summary>
    public static bool IsCursor(Field field, StreamSchema stream) => !field.IsDerived && field.Path == stream.CursorPath;

    public static ColumnShownAnswer Of(Field field, StreamSchema stream)
    {
        var isKey = stream.Key.Contains(field.Name);
        return new(field.Name, field.Type, field.IsDerived ? null : field.Path, isKey, IsCursor(field, stream), !isKey);
    }
}
