using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>A live table as it is now.</summary>
/// <param name="Stream">The declared fields and those that earlier runs inferred.</param>
/// <param name="Rows">The rows that Tidemark wrote, in the order of their keys; read from the database as they are asked
/// for, in one statement, so that they are those of one moment.</param>
public sealed record StoredTable(StreamSchema Stream, IAsyncEnumerable<StoredRow> Rows);
