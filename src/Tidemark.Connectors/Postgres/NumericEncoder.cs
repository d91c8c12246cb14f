using System.Buffers.Binary;
using System.Buffers.Text;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// Turns the digits of a decimal number into PostgreSQL's binary numeric: groups of four decimal digits, aligned at
/// the decimal point. Any size; nothing is rounded. Source: src/backend/utils/adt/numeric.c, <c>numeric_recv</c>.
/// </summary>
internal static class NumericEncoder
{
    private const ushort Negative = 0x4000;

    /// <summary>An upper bound of the encoded length.</summary>
    public static int MaxBytes(ReadOnlySpan<byte> text)
    {
        Split(text, out _, out var digits, out var exponent);
        return 8 + (2 * ((digits.Length / 4) + (Math.Abs(exponent) / 4) + 4));
    }

    /// <param name="text">As checked when the record was read: sign, digits, point, exponent.</param>
    /// <param name="into">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(ReadOnlySpan<byte> text, Span<byte> into)
    {
        Split(text, out var isNegative, out var digits, out var exponent);
        // The number is 0.DIGITS times ten to the power of "before", the point left out of the digits.
        var point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits.Length : point;
        var fraction = digits.Length - whole - (point < 0 ? 0 : 1);
        var before = whole + exponent;
        var scale = Math.Max(0, fraction - exponent);

        // Group g holds the digits at 10^(4g) to 10^(4g+3).
        var firstGroup = FloorDivide(before - 1, 4);
        var count = 0;
        var weight = 0;
        var total = whole + fraction;
        for (var group = firstGroup; ; group--)
        {
            var start = before - (4 * (group + 1)); // place in the digits of the group's highest digit
            if (start >= total) break;
            var value = 0;
            for (var place = start; place < start + 4; place++)
                value = (value * 10) + (place >= 0 && place < total ? Digit(digits, place, whole) : 0);
            if (count == 0 && value == 0) continue; // leading zeros
            if (count == 0) weight = group;
            BinaryPrimitives.WriteInt16BigEndian(into[(8 + (2 * count))..], (short)value);
            count++;
        }

        while (count > 0 && BinaryPrimitives.ReadInt16BigEndian(into[(8 + (2 * (count - 1)))..]) == 0) count--;
        BinaryPrimitives.WriteInt16BigEndian(into, (short)count);
        BinaryPrimitives.WriteInt16BigEndian(into[2..], (short)weight);
        BinaryPrimitives.WriteUInt16BigEndian(into[4..], isNegative && count > 0 ? Negative : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(into[6..], (ushort)scale);
        return 8 + (2 * count);
    }

    /// <summary>Gives an encoded number the least scale that it needs, as <c>trim_scale</c> does.</summary>
    public static void Trim(Span<byte> encoded)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(encoded);
        var scale = 0;
        if (count > 0)
        {
            scale = 4 * (count - 1 - BinaryPrimitives.ReadInt16BigEndian(encoded[2..]));
            for (var last = BinaryPrimitives.ReadInt16BigEndian(encoded[(6 + (2 * count))..]); last % 10 == 0; last /= 10) scale--;
        }

        BinaryPrimitives.WriteUInt16BigEndian(encoded[6..], (ushort)Math.Max(0, scale));
    }

    private static int Digit(ReadOnlySpan<byte> digits, int place, int whole) =>
        digits[place < whole ? place : place + 1] - '0';

    private static void Split(ReadOnlySpan<byte> text, out bool isNegative, out ReadOnlySpan<byte> digits, out int exponent)
    {
        isNegative = text[0] == '-';
        digits = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        exponent = 0;
        var e = digits.IndexOfAny((byte)'e', (byte)'E');
        if (e < 0) return;
        var power = digits[(e + 1)..];
        if (power[0] == '+') power = power[1..];
        exponent = Utf8Parser.TryParse(power, out int parsed, out _) ? parsed : 0;
        digits = digits[..e];
    }

    private static int FloorDivide(int value, int by) => (value / by) - (value % by < 0 ? 1 : 0);
}
