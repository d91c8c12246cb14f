using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Sqlite;

/// <summary>
/// Which values a column holds that an application made. SQLite holds all of them, and makes of some another value, by the affinity
/// that a declared type gives its column. Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity.
/// </summary>
internal static class SqliteFit
{
    private const int ShownLetters = 60;

    private enum Affinity
    {
        Integer,
        Text,
        Blob,
        Real,
        Numeric,
    }

    /// <summary>Whether a column takes values of a field, if perhaps not all of them.</summary>
    public static bool Accepts(TableColumn column, FieldType type) => Keeps(column, type) || (AffinityOf(column), type) is
        (Affinity.Numeric, FieldType.Text or FieldType.Json) or (Affinity.Numeric or Affinity.Real or Affinity.Integer, FieldType.Decimal);

    /// <summary>Whether a column keeps every value of a field as it is.</summary>
    public static bool Keeps(TableColumn column, FieldType type) => AffinityOf(column) switch
    {
        Affinity.Blob => true,
        Affinity.Integer => type is FieldType.Int64 or FieldType.Boolean,
        Affinity.Text => type is not (FieldType.Int64 or FieldType.Boolean or FieldType.Float64),
        Affinity.Real => type is FieldType.Float64,
        // Text that looks like a number becomes one; instants and days do not look like that.
        _ => type is FieldType.Int64 or FieldType.Boolean or FieldType.Float64 or FieldType.Timestamp or FieldType.Date,
    };

    /// <summary>The reason where a column cannot hold a value; null where it can.</summary>
    public static Problem? Refuses(TableColumn column, Field field, RowBatch batch, Cell cell)
    {
        if (cell.IsNull || Keeps(column, field.Type)) return null;
        var text = CellText.Of(field.Type, batch, cell)!;
        var why = field.Type == FieldType.Decimal
            ? IsNumber(text) ? null : "it has more digits than a number there"
            : LooksLikeAnother(text) ? "SQLite would make another text of it" : null;
        return why is null ? null : new Problem(
            "sqlite.value_does_not_fit", $"stream {batch.Stream.Name}",
            $"The column {column.Name} ({column.Definition}) cannot hold the value of {field.Path} without loss, as {why}: "
            + $"{(text.Length > ShownLetters ? text[..ShownLetters] + "…" : text)}.",
            "Mend the value at the source, or give the column a type that holds it.");
    }

    /// <summary>Whether a decimal number is one of 64 bits, whole or real, to the last digit.</summary>
    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
        && ValueText.AreSame(FieldType.Decimal, text, real.ToString("R", CultureInfo.InvariantCulture))
        && (Math.Abs(real) < 1L << 53 || !text.AsSpan().ContainsAny('.', 'e', 'E'))
        && DecimalPlaces.TryOf(text, out var highest, out var lowest) is var isNotZero && (!isNotZero || highest - lowest < 15);

    /// <summary>Whether a text looks like a number, and not as SQLite would write that.</summary>
    private static bool LooksLikeAnother(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        && !(long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            && whole.ToString(CultureInfo.InvariantCulture) == text);

    private static Affinity AffinityOf(TableColumn column)
    {
        var declared = column.Type.ToUpperInvariant();
        bool Has(string part) => declared.Contains(part, StringComparison.Ordinal);
        return Has("INT") ? Affinity.Integer
            : Has("CHAR") || Has("CLOB") || Has("TEXT") ? Affinity.Text
            : declared.Length == 0 || Has("BLOB") ? Affinity.Blob
            : Has("REAL") || Has("FLOA") || Has("DOUB") ? Affinity.Real : Affinity.Numeric;
    }
}
