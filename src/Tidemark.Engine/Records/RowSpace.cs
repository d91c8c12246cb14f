namespace Tidemark.Engine.Records;

/// <summary>
/// Bytes that a value takes within a row of a database that keeps long values elsewhere: a text of up to 24 bytes stays in the row, a
/// longer one leaves a pointer there.
/// </summary>
/// <remarks>https://www.postgresql.org/docs/current/storage-toast.html: a row has to fit a page of 8 kB.</remarks>
public static class RowSpace
{
    private const int Long = 24;
    private const int Fixed = 8;

    /// <summary>The most that a value of a type takes.</summary>
    public static int Of(FieldType type) => type is FieldType.Text or FieldType.Json or FieldType.Decimal ? Long : Fixed;
}
