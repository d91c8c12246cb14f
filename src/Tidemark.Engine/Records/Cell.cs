namespace Tidemark.Engine.Records;

/// <summary>What a <see cref="Cell"/> holds.</summary>
public enum CellKind : byte
{
    Null,

    /// <summary>A whole number: Int64; microseconds since 1970 for timestamps; days since 1970 for dates; 0 or 1.</summary>
    Number,

    /// <summary>The bits of a double.</summary>
    Real,

    /// <summary>A stretch of the batch's bytes: text, JSON, or the digits of a decimal.</summary>
    Bytes,
}

/// <summary>One value of a row: 16 bytes, nothing boxed. Text stands in the batch's buffer.</summary>
public readonly struct Cell
{
    private Cell(CellKind kind, long bits)
    {
        Kind = kind;
        Bits = bits;
    }

    public CellKind Kind { get; }

    /// <summary>The number, the double's bits, or start and length of the bytes.</summary>
    public long Bits { get; }

    public bool IsNull => Kind == CellKind.Null;

    public double Real => BitConverter.Int64BitsToDouble(Bits);

    /// <summary>First byte in the batch's buffer.</summary>
    public int Start => (int)(Bits >> 32);

    /// <summary>Number of bytes.</summary>
    public int Length => (int)(Bits & 0xFFFF_FFFF);

    public static Cell OfNumber(long number) => new(CellKind.Number, number);

    public static Cell OfReal(double real) => new(CellKind.Real, BitConverter.DoubleToInt64Bits(real));

    public static Cell OfBytes(int start, int length) => new(CellKind.Bytes, ((long)start << 32) | (uint)length);
}
