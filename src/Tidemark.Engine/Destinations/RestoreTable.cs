namespace Tidemark.Engine.Destinations;

/// <summary>One table to restore.</summary>
/// <param name="Stream">The stream that writes it.</param>
/// <param name="Table">Name and columns in the backup; the live table may have more columns.</param>
/// <param name="Content">Count and checksum of its rows.</param>
/// <param name="Rows">The rows; can be enumerated once.</param>
public sealed record RestoreTable(
    string Stream, TableShape Table, Checksum Content, IAsyncEnumerable<ReadOnlyMemory<byte>> Rows);
