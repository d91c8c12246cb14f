using System.Buffers;

namespace Tidemark.Engine.Sources;

/// <summary>Where one record stands in its page.</summary>
/// <param name="Start">First byte of the JSON object.</param>
/// <param name="Length">Bytes of the JSON object.</param>
/// <param name="IsDeletion">True where the source says that the record is gone; then only the key fields are read.</param>
public readonly record struct RecordSlice(int Start, int Length, bool IsDeletion = false)
{
    /// <summary>
    /// Why the record must not become a row, in a sentence, where the source itself says that parts of it are missing.
    /// It is quarantined, and a row of its key stays as it is.
    /// </summary>
    public string? Unfit { get; init; }
}

/// <summary>
/// What a vendor sent, kept as UTF-8 JSON, with the places of its records and where to resume once they are durable.
/// Disposing gives the buffer back; nobody may hold on to <see cref="Bytes"/> after that.
/// </summary>
public sealed class Page(byte[] buffer, int length, IReadOnlyList<RecordSlice> records, Cursor after) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>The page's bytes, in a buffer rented from <see cref="ArrayPool{T}.Shared"/>.</summary>
    public ReadOnlyMemory<byte> Bytes =>
        new(_buffer ?? throw new ObjectDisposedException(nameof(Page)), 0, length);

    /// <summary>Records in the order of writing; the last one of a key wins.</summary>
    public IReadOnlyList<RecordSlice> Records { get; } = records;

    /// <summary>
    /// Saved in the transaction that writes this page: a crash repeats a page and skips none. It covers all pages
    /// that the same reading gave before this one.
    /// </summary>
    public Cursor After { get; } = after;

    /// <summary>A page without records, which only moves the cursor.</summary>
    public static Page Empty(Cursor after) => new([], 0, [], after);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { Length: > 0 } rented) ArrayPool<byte>.Shared.Return(rented);
    }
}
