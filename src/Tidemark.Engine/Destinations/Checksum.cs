namespace Tidemark.Engine.Destinations;

/// <summary>
/// Order-independent checksum of rows: how many, and the sums of the lower and upper halves of their 64-bit hashes.
/// Two halves, because a database's sum of 64-bit numbers overflows. Good for 2^31 rows.
/// </summary>
public readonly record struct Checksum(long Rows, long Low, long High)
{
    public static Checksum Of(long hash) => new(1, hash & 0xFFFF_FFFF, hash >> 32);

    public static Checksum operator +(Checksum left, Checksum right) =>
        new(left.Rows + right.Rows, left.Low + right.Low, left.High + right.High);

    public static Checksum operator -(Checksum left, Checksum right) =>
        new(left.Rows - right.Rows, left.Low - right.Low, left.High - right.High);
}
