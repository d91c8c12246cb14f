using System.Globalization;
using System.Text;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Which values a column holds that an application made. A value is converted where nothing of it is lost; where something would be,
/// the database would say nothing in some cases (it rounds, cuts spaces, drops the case), and the wrong column or none in others.
/// </summary>
internal static class PostgresFit
{
    private const int ShownBytes = 60;

    /// <summary>Whether a column takes values of a field, if perhaps not all of them.</summary>
    public static bool Accepts(PostgresForm form, FieldType type) => type switch
    {
        FieldType.Text => form is PostgresForm.Text or PostgresForm.LimitedText or PostgresForm.PaddedText or PostgresForm.Label or PostgresForm.Uuid or PostgresForm.Json,
        FieldType.Int64 => form is PostgresForm.Int8 or PostgresForm.Int4 or PostgresForm.Int2 or PostgresForm.Numeric,
        FieldType.Decimal => form is PostgresForm.Numeric,
        FieldType.Float64 => form is PostgresForm.Float8 or PostgresForm.Float4,
        FieldType.Boolean => form is PostgresForm.Boolean,
        FieldType.Date => form is PostgresForm.Date,
        FieldType.Timestamp => form is PostgresForm.Instant or PostgresForm.LocalTime,
        _ => form is PostgresForm.Json or PostgresForm.Jsonb or PostgresForm.Text,
    };

    /// <summary>Whether a column keeps every value of a field as it is.</summary>
    public static bool Keeps(PostgresColumn column, FieldType type) => column.Form switch
    {
        PostgresForm.LimitedText => column.Letters is null && type == FieldType.Text,
        PostgresForm.Numeric => column.Digits is null && type == FieldType.Decimal,
        PostgresForm.Instant => column.SecondDigits == 6 && type == FieldType.Timestamp,
        PostgresForm.Text or PostgresForm.Int8 or PostgresForm.Float8 or PostgresForm.Boolean or PostgresForm.Date or PostgresForm.Json => Accepts(column.Form, type),
        _ => false,
    };

    /// <summary>The reason where a column cannot hold a value; null where it can.</summary>
    public static Problem? Refuses(PostgresColumn column, Field field, RowBatch batch, Cell cell) =>
        cell.IsNull || Lacks(column, field.Type, batch, cell) is not { } why ? null : new Problem(
            "postgres.value_does_not_fit", $"stream {batch.Stream.Name}",
            $"The column {column.Name} ({column.Definition}) cannot hold the value of {field.Path} without loss, as {why}: {Shown(field.Type, batch, cell)}.",
            "Mend the value at the source, or give the column a type that holds it.");

    private static string? Lacks(PostgresColumn column, FieldType type, RowBatch batch, Cell cell) => column.Form switch
    {
        PostgresForm.LimitedText when column.Letters is { } most && LettersOf(batch.Bytes(cell)) is var count && count > most => $"it has {count} letters",
        PostgresForm.PaddedText when batch.Bytes(cell) is [.., (byte)' '] => "it ends with a space",
        PostgresForm.PaddedText when column.Letters is { } most && LettersOf(batch.Bytes(cell)) is var count && count > most => $"it has {count} letters",
        PostgresForm.Label when !column.Labels.Contains(Encoding.UTF8.GetString(batch.Bytes(cell))) => $"it is none of {string.Join(", ", column.Labels)}",
        PostgresForm.Uuid when !Guid.TryParseExact(Encoding.UTF8.GetString(batch.Bytes(cell)), "D", out _) => "it is no UUID",
        PostgresForm.Int2 when cell.Bits is < short.MinValue or > short.MaxValue => "it is too large",
        PostgresForm.Int4 when cell.Bits is < int.MinValue or > int.MaxValue => "it is too large",
        PostgresForm.Numeric when column.Digits is { } digits => LacksDigits(digits, CellText.Of(type, batch, cell)!),
        PostgresForm.Float4 when !IsSingle(cell.Real) => "it has more digits",
        PostgresForm.Instant or PostgresForm.LocalTime when cell.Bits % (long)Math.Pow(10, 6 - column.SecondDigits) != 0 => "it has more digits of a second",
        PostgresForm.Jsonb when HasNul(batch.Bytes(cell)) => "it has a NUL character",
        _ => null,
    };

    private static string? LacksDigits((int Precision, int Scale) room, string number)
    {
        if (!DecimalPlaces.TryOf(number, out var highest, out var lowest)) return null; // zero
        return lowest < -room.Scale ? "it has more digits behind the point" : highest >= room.Precision - room.Scale ? "it is too large" : null;
    }

    private static bool IsSingle(double real) =>
        double.Parse(((float)real).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Equals(real);

    private static int LettersOf(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var one in text) count += (one & 0xC0) == 0x80 ? 0 : 1; // the bytes that begin a letter
        return count;
    }

    /// <summary>Whether JSON has the escape of a NUL, behind no other backslash.</summary>
    private static bool HasNul(ReadOnlySpan<byte> json)
    {
        for (int at; (at = json.IndexOf((byte)'\\')) >= 0; json = json[(at + 2)..])
        {
            if (json[at..].StartsWith(@"\u0000"u8)) return true;
        }

        return false;
    }

    private static string Shown(FieldType type, RowBatch batch, Cell cell)
    {
        var text = CellText.Of(type, batch, cell)!;
        return text.Length > ShownBytes ? text[..ShownBytes] + "…" : text;
    }
}
