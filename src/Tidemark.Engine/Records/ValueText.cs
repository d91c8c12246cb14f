using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Records;

/// <summary>Tells whether two texts of <see cref="CellText"/> mean the same value.</summary>
public static class ValueText
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = ForeignJson.MaxDepth };

    // Beyond, a key of digits would be longer than one with an exponent.
    private const int MostZeros = 1_000;

    /// <summary>Decimals by value, instants by moment, JSON and UUIDs by what they say, everything else to the letter.</summary>
    public static bool AreSame(FieldType type, string? left, string? right)
    {
        if (left == right) return true;
        if (left is null || right is null) return false;
        return type switch
        {
            FieldType.Decimal => TryDecimal(left, out var a) && TryDecimal(right, out var b) && a == b,
            FieldType.Float64 => TryReal(left, out var a) && TryReal(right, out var b) && a.Equals(b),
            FieldType.Text => Guid.TryParseExact(left, "D", out var a) && Guid.TryParseExact(right, "D", out var b) && a == b,
            FieldType.Json => IsSameJson(left, right),
            FieldType.Timestamp => CellReader.TryInstant(left, out var a) && CellReader.TryInstant(right, out var b) && a == b,
            _ => false,
        };
    }

    /// <summary>Some databases keep what JSON says, and not its spaces, the order of its keys or how its numbers are written.</summary>
    private static bool IsSameJson(string left, string right)
    {
        try
        {
            using var a = JsonDocument.Parse(left, Depth);
            using var b = JsonDocument.Parse(right, Depth);
            return JsonElement.DeepEquals(a.RootElement, b.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A number as a part of a key, in one form however it was written: 1.0 and 1.00 name one record.</summary>
    public static Cell OfKey(Cell cell, RowBatch batch)
    {
        if (cell.Kind == CellKind.Real) return Cell.OfReal(cell.Real == 0 ? 0 : cell.Real); // no zero below zero
        if (cell.IsNull || !TryDecimal(Encoding.UTF8.GetString(batch.Bytes(cell)), out var number)) return cell;
        var (whole, zeros) = (number.Digits.Length + number.Exponent, Math.Abs(number.Exponent));
        var digits = number switch
        {
            { Digits.Length: 0 } => "0",
            { Exponent: >= 0 and < MostZeros } => number.Digits + new string('0', (int)zeros),
            { Exponent: < 0 and > -MostZeros } when whole > 0 => $"{number.Digits[..(int)whole]}.{number.Digits[(int)whole..]}",
            { Exponent: < 0 and > -MostZeros } => $"0.{new string('0', (int)-whole)}{number.Digits}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{number.Digits}e{number.Exponent}"),
        };
        return batch.Append(Encoding.UTF8.GetBytes(number.IsNegative ? "-" + digits : digits));
    }

    private static bool TryReal(string text, out double real) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out real);

    /// <summary>Sign, digits without zeros at either end, and the power of ten of the last of them.</summary>
    internal static bool TryDecimal(string text, out (bool IsNegative, string Digits, long Exponent) value)
    {
        value = default;
        var exponent = 0L;
        var number = text.AsSpan();
        if (number.IndexOfAny('e', 'E') is >= 0 and var mark)
        {
            if (!long.TryParse(number[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return false;
            number = number[..mark];
        }

        var isNegative = number is ['-', ..];
        if (number is ['-' or '+', ..]) number = number[1..];
        var point = number.IndexOf('.');
        if (point >= 0) exponent -= number.Length - point - 1;
        var digits = point < 0 ? number.ToString() : string.Concat(number[..point], number[(point + 1)..]);
        if (digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9')) return false;
        var significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        significant = significant.TrimStart('0');
        value = significant.Length == 0 ? (false, "", 0) : (isNegative, significant, exponent);
        return true;
    }
}
