using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>A live table as it is now.</summary>
/// <param name="Stream">The declared fields and those that earlier runs inferred.</param>
/// <param name="Rows">The rows that Tidemark wrote, in the order of their keys; read from the database as they are asked
/// for, in one statement, so that they are those of one moment.</param>
public sealed record StoredTable(StreamSchema Stream, IAsyncEnumerable<StoredRow> Rows);

/// <summary>One row of a live table.</summary>
/// <param name="Values">In the order of the stream's fields, as <see cref="CellText"/> has them; null for nothing.</param>
/// <param name="Raw">The record it was made from; null where the table does not keep it.</param>
/// <param name="Hash">Its <c>_hash</c>.</param>
/// <param name="Run">Its <c>_run</c>: the run that last wrote it.</param>
public sealed record StoredRow(IReadOnlyList<string?> Values, string? Raw, long Hash, string Run);
