using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>A column that a run wrote.</summary>
/// <param name="Name">Unquoted.</param>
/// <param name="Ownership">Whose it is; null for the source's.</param>
internal sealed record UndoColumn(string Name, ColumnOwnership? Ownership);
