using System.Text.Json;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

/// <summary>How a record is shown to a request.</summary>
internal sealed record OracleRecordView
{
    /// <summary>Names of the fields to show; null for all.</summary>
    public IReadOnlySet<string>? Only { get; init; }

    /// <summary>Names of the fields to leave out.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Whether ids and amounts are texts, as from framework version 9 on.</summary>
    public bool NumbersAsText { get; init; }

    public OracleTimeForm TimeForm { get; init; }

    /// <summary>Writes what the view shows of a record; <paramref name="more"/> adds fields at the end.</summary>
    public static void Write(
        JsonBuffer json, ReadOnlySpan<byte> record, OracleRecordView view, Action<JsonBuffer>? more = null)
    {
        var reader = new Utf8JsonReader(record);
        reader.Read();
        json.Raw("{"u8);
        var isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            var (token, value) = (reader.TokenType, (int)reader.TokenStartIndex);
            reader.Skip();
            if (view.Only?.Contains(name) == false || view.Without.Contains(name)) continue;
            if (!isFirst) json.Raw(","u8);
            isFirst = false;
            json.Raw(record[start..value]);
            WriteValue(json, name, token, record[value..(int)reader.BytesConsumed], view);
        }

        more?.Invoke(json);
        json.Raw("}"u8);
    }

    private static void WriteValue(
        JsonBuffer json, string name, JsonTokenType token, ReadOnlySpan<byte> value, OracleRecordView view)
    {
        var isTime = token == JsonTokenType.String && value.EndsWith("+00:00\""u8);
        var isBig = name.EndsWith("Id", StringComparison.Ordinal) || name == "Revenue";
        if (isBig && token == JsonTokenType.Number && view.NumbersAsText)
        {
            json.Raw("\""u8);
            json.Raw(value);
            json.Raw("\""u8);
        }
        else if (isTime && view.TimeForm != OracleTimeForm.Seconds)
        {
            json.Raw(value[..^7]);
            json.Raw(view.TimeForm == OracleTimeForm.Milliseconds ? ".000+00:00\""u8 : "\""u8);
        }
        else json.Raw(value);
    }
}

/// <summary>How times are written.</summary>
internal enum OracleTimeForm
{
    /// <summary>2015-11-11T18:32:49+00:00.</summary>
    Seconds,

    /// <summary>2015-11-11T18:32:49.000+00:00.</summary>
    Milliseconds,

    /// <summary>2015-11-11T18:32:49.</summary>
    Bare,
}
