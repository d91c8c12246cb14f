using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Records;

/// <summary>
/// Reads one JSON value as a field's type. A value that does not fit is refused with a stable code:
/// <c>value.wrong_type</c>, <c>value.out_of_range</c> or <c>value.invalid_text</c>.
/// </summary>
internal static class CellReader
{
    // PostgreSQL's numeric holds 131,072 digits before the point and 16,383 after it.
    private const int MaxWholeDigits = 131_072;
    private const int MaxFractionDigits = 16_383;
    private const long MicrosecondsOfYear1 = -62_135_596_800_000_000;
    private const long MicrosecondsOfYear10000 = 253_402_300_800_000_000;

    /// <param name="field">The field to fill.</param>
    /// <param name="reader">Stands on the value's first token; containers are passed over.</param>
    /// <param name="raw">The record's place in the batch: the reader reads from there.</param>
    /// <param name="batch">The batch, which receives unescaped text.</param>
    /// <param name="emptyIsNull">Whether an empty text is no value where the field is none of text.</param>
    /// <param name="cell">The value.</param>
    /// <returns>Null, or the code of what is wrong.</returns>
    public static string? Read(Field field, ref Utf8JsonReader reader, Cell raw, RowBatch batch, bool emptyIsNull, out Cell cell)
    {
        cell = default;
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (emptyIsNull && reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty
            && field.Type is not (FieldType.Text or FieldType.Json))
            return null;
        return field.Type switch
        {
            FieldType.Text => ReadText(ref reader, raw, batch, out cell),
            FieldType.Json => ReadJson(ref reader, raw, out cell),
            FieldType.Int64 => ReadInt64(ref reader, out cell),
            FieldType.Decimal => ReadDecimal(ref reader, batch, out cell),
            FieldType.Float64 => ReadFloat64(ref reader, out cell),
            FieldType.Boolean => ReadBoolean(ref reader, out cell),
            FieldType.Timestamp => ReadTimestamp(field.Time, ref reader, out cell),
            _ => ReadDate(ref reader, out cell),
        };
    }

    private static string? ReadText(ref Utf8JsonReader reader, Cell raw, RowBatch batch, out Cell cell)
    {
        if (reader.TokenType != JsonTokenType.String) return ReadJson(ref reader, raw, out cell);
        if (!reader.ValueIsEscaped)
        {
            // The token begins at the quote.
            cell = Cell.OfBytes(raw.Start + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            return null;
        }

        try
        {
            cell = batch.Take(reader.CopyString(batch.Reserve(reader.ValueSpan.Length)));
            return null;
        }
        catch (InvalidOperationException)
        {
            cell = default;
            return "value.invalid_text"; // half of a surrogate pair
        }
    }

    private static string? ReadJson(ref Utf8JsonReader reader, Cell raw, out Cell cell)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        cell = Cell.OfBytes(raw.Start + start, (int)reader.BytesConsumed - start);
        return null;
    }

    private static string? ReadInt64(ref Utf8JsonReader reader, out Cell cell)
    {
        cell = default;
        if (!TryNumberText(ref reader, out var text)) return "value.wrong_type";
        if (Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length)
        {
            cell = Cell.OfNumber(whole);
            return null;
        }

        if (!IsDecimal(text, out _)) return "value.wrong_type";
        // 1.0 and 1e3 are whole numbers too.
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || number is < long.MinValue or > long.MaxValue)
            return "value.out_of_range";
        if (number != decimal.Truncate(number)) return "value.wrong_type";
        cell = Cell.OfNumber((long)number);
        return null;
    }

    private static string? ReadDecimal(ref Utf8JsonReader reader, RowBatch batch, out Cell cell)
    {
        cell = default;
        if (!TryNumberText(ref reader, out var text) || !IsDecimal(text, out var fits)) return "value.wrong_type";
        if (!fits) return "value.out_of_range";
        cell = batch.Append(text);
        return null;
    }

    private static string? ReadFloat64(ref Utf8JsonReader reader, out Cell cell)
    {
        cell = default;
        if (!TryNumberText(ref reader, out var text) || !IsDecimal(text, out _)) return "value.wrong_type";
        if (!Utf8Parser.TryParse(text, out double real, out var used) || used != text.Length || !double.IsFinite(real))
            return "value.out_of_range";
        cell = Cell.OfReal(real);
        return null;
    }

    private static string? ReadBoolean(ref Utf8JsonReader reader, out Cell cell)
    {
        var truth = reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String when ForeignJson.Is(in reader, "true"u8) => true,
            JsonTokenType.String when ForeignJson.Is(in reader, "false"u8) => false,
            _ => (bool?)null,
        };
        cell = truth is { } value ? Cell.OfNumber(value ? 1 : 0) : default;
        return truth is null ? Refuse(ref reader) : null;
    }

    private static string? ReadTimestamp(WireTime wire, ref Utf8JsonReader reader, out Cell cell)
    {
        cell = default;
        if (wire == WireTime.Iso8601)
        {
            if (reader.TokenType != JsonTokenType.String) return Refuse(ref reader);
            if (ForeignJson.Text(in reader) is not { } day || !TryInstant(day, out var instant)) return "value.wrong_type";
            cell = Cell.OfNumber((instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
            return null;
        }

        if (!TryNumberText(ref reader, out var text)) return "value.wrong_type";
        var unit = wire == WireTime.UnixSeconds ? 1_000_000L : 1_000L;
        long microseconds;
        if (Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length)
        {
            if (whole > MicrosecondsOfYear10000 / unit || whole < MicrosecondsOfYear1 / unit) return "value.out_of_range";
            microseconds = whole * unit;
        }
        else
        {
            if (!IsDecimal(text, out _)) return "value.wrong_type";
            if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                || number > MicrosecondsOfYear10000 / unit || number < MicrosecondsOfYear1 / unit)
                return "value.out_of_range";
            microseconds = (long)decimal.Floor(number * unit);
        }

        if (microseconds is < MicrosecondsOfYear1 or >= MicrosecondsOfYear10000) return "value.out_of_range";
        cell = Cell.OfNumber(microseconds);
        return null;
    }

    private static string? ReadDate(ref Utf8JsonReader reader, out Cell cell)
    {
        cell = default;
        if (reader.TokenType != JsonTokenType.String) return Refuse(ref reader);
        if (!DateOnly.TryParseExact(ForeignJson.Text(in reader), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return "value.wrong_type";
        cell = Cell.OfNumber(day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
        return null;
    }

    /// <summary>An instant with an offset, or one without, which is UTC. Never the machine's own time zone.</summary>
    internal static bool TryInstant(string text, out DateTimeOffset instant)
    {
        instant = default;
        // Without this, "5" and "Monday" would be dates to the parser.
        if (text.Length < 10 || !char.IsAsciiDigit(text[0]) || text[4] != '-' || text[7] != '-') return false;
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
    }

    /// <summary>The digits of a number, or of a string that holds one.</summary>
    private static bool TryNumberText(ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = reader.ValueSpan;
        if (reader.TokenType == JsonTokenType.Number) return true;
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && text.Length > 0) return true;
        reader.Skip();
        return false;
    }

    private static string Refuse(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return "value.wrong_type";
    }

    /// <summary>Whether a text is a decimal number as JSON writes it, and whether its digits stay within limits.</summary>
    private static bool IsDecimal(ReadOnlySpan<byte> text, out bool fits)
    {
        fits = false;
        var at = text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        var whole = Digits(text, ref at);
        var fraction = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
            if (fraction == 0) return false;
        }

        if (whole == 0) return false;
        var exponent = 0;
        if (at < text.Length && text[at] is (byte)'e' or (byte)'E')
        {
            var digits = text[(at + 1)..];
            if (digits.Length > 0 && digits[0] == '+') digits = digits[1..];
            if (!Utf8Parser.TryParse(digits, out exponent, out var used) || used != digits.Length)
                return digits.Length > 0 && digits[^1] is >= (byte)'0' and <= (byte)'9'; // an exponent beyond 2^31
            at = text.Length;
        }

        fits = (long)whole + exponent <= MaxWholeDigits && (long)fraction - exponent <= MaxFractionDigits;
        return at == text.Length;

        static int Digits(ReadOnlySpan<byte> text, ref int at)
        {
            var start = at;
            while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9') at++;
            return at - start;
        }
    }
}
