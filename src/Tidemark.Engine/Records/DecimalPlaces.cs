namespace Tidemark.Engine.Records;

/// <summary>Between which powers of ten the digits of a decimal number lie.</summary>
public static class DecimalPlaces
{
    /// <param name="number">As JSON writes it.</param>
    /// <param name="highest">Power of ten of the first digit that is not zero, e.g. 2 for 123.4.</param>
    /// <param name="lowest">Power of ten of the last digit that is not zero, e.g. -1.</param>
    /// <returns>False for zero.</returns>
    public static bool TryOf(string number, out long highest, out long lowest)
    {
        (highest, lowest) = (0, 0);
        if (!ValueText.TryDecimal(number, out var value) || value.Digits.Length == 0) return false;
        (highest, lowest) = (value.Exponent + value.Digits.Length - 1, value.Exponent);
        return true;
    }
}
