using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>One row of a live table.</summary>
/// <param name="Values">In the order of the stream's fields, as <see cref="CellText"/> has them; null for nothing.</param>
/// <param name="Raw">The record it was made from; null where the table does not keep it.</param>
/// <param name="Hash">Its <c>_hash</c>.</param>
/// <param name="Run">Its <c>_run</c>: the run that last wrote it.</param>
public sealed record StoredRow(IReadOnlyList<string?> Values, string? Raw, long Hash, string Run);
