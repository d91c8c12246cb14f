using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Records;

/// <summary>Values as text, in one form whatever database they are in: to name a row by its key, and to compare.</summary>
public static class CellText
{
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>
    /// Text, JSON and decimals as they stand; numbers in their shortest exact form; <c>true</c>, <c>false</c>; instants
    /// as <c>2026-11-22T10:15:30.000000Z</c>, days as <c>2026-11-22</c>. Null for nothing.
    /// </summary>
    public static string? Of(FieldType type, RowBatch batch, Cell cell) => cell.Kind switch
    {
        CellKind.Null => null,
        CellKind.Bytes => Encoding.UTF8.GetString(batch.Bytes(cell)),
        CellKind.Real => cell.Real.ToString("R", CultureInfo.InvariantCulture),
        _ => OfNumber(type, cell.Bits),
    };

    /// <summary>A key of one part is that part; of several, a JSON array of them.</summary>
    public static string OfKey(IReadOnlyList<string> parts) =>
        parts is [var only] ? only : JsonSerializer.Serialize(parts, PlainJson.Default.IReadOnlyListString);

    /// <summary>A moment in the form of <see cref="Of"/>.</summary>
    public static string OfInstant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);

    /// <summary>A day in the form of <see cref="Of"/>.</summary>
    public static string OfDay(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static string OfNumber(FieldType type, long number) => type switch
    {
        FieldType.Boolean => number == 1 ? "true" : "false",
        FieldType.Timestamp => OfInstant(DateTimeOffset.UnixEpoch.AddTicks(number * TimeSpan.TicksPerMicrosecond)),
        FieldType.Date => OfDay(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)number)),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
