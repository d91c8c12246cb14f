namespace Tidemark.Engine.Destinations;

/// <summary>One table that is to be brought back.</summary>
/// <param name="Stream">The stream that writes it.</param>
/// <param name="Table">Name and columns; the table may have more by now.</param>
/// <param name="Content">Count and checksum of its rows.</param>
/// <param name="Rows">To be gone through once.</param>
public sealed record RestoreTable(
    string Stream, TableShape Table, Checksum Content, IAsyncEnumerable<ReadOnlyMemory<byte>> Rows);
