using System.Runtime.CompilerServices;

namespace Tidemark.Sandbox.Records;

/// <summary>Writes the parts of an interpolated string straight into a <see cref="JsonBuffer"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct JsonTemplate(int literalLength, int formattedCount, JsonBuffer json)
{
    /// <summary>Only so that the compiler accepts the type.</summary>
    public int Holes { get; } = literalLength + formattedCount;

    public void AppendLiteral(string literal) => json.Raw(literal);

    public void AppendFormatted(long value) => json.Number(value);

    public void AppendFormatted(long? value)
    {
        if (value is { } known) json.Number(known);
        else json.Null();
    }

    public void AppendFormatted(bool value) => json.Boolean(value);

    public void AppendFormatted(string? value)
    {
        if (value is null) json.Null();
        else json.Text(value);
    }

    /// <summary>Format <c>raw</c>: no quotes and no escaping, for parts of a string.</summary>
    public void AppendFormatted(string value, string format)
    {
        if (format != "raw") throw new ArgumentException("The only format is raw.", nameof(format));
        json.Raw(value);
    }

    public void AppendFormatted(RecordId id) => json.Id(id);

    public void AppendFormatted(RecordId? id)
    {
        if (id is { } known) json.Id(known);
        else json.Null();
    }
}
