using System.Globalization;

namespace Tidemark.Engine.Records;

/// <summary>Tells whether two texts of <see cref="CellText"/> mean the same value.</summary>
internal static class ValueText
{
    /// <summary>Decimals by value, instants by moment, everything else to the letter.</summary>
    public static bool AreSame(FieldType type, string? left, string? right)
    {
        if (left == right) return true;
        if (left is null || right is null) return false;
        return type switch
        {
            FieldType.Decimal => TryDecimal(left, out var a) && TryDecimal(right, out var b) && a == b,
            FieldType.Float64 => TryReal(left, out var a) && TryReal(right, out var b) && a.Equals(b),
            FieldType.Timestamp => CellReader.TryInstant(left, out var a) && CellReader.TryInstant(right, out var b) && a == b,
            _ => false,
        };
    }

    private static bool TryReal(string text, out double real) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out real);

    /// <summary>Sign, digits without zeros at either end, and the power of ten of the last of them.</summary>
    private static bool TryDecimal(string text, out (bool IsNegative, string Digits, long Exponent) value)
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
