namespace Tidemark.Engine.Destinations;

/// <summary>A row that publishing would change.</summary>
/// <param name="Kind">Kind of the change.</param>
/// <param name="Key">Key of the row, as text.</param>
/// <param name="Fields">The columns that differ, for an update; else all columns with a value.</param>
public sealed record RowChange(ChangeKind Kind, string Key, IReadOnlyList<FieldChange> Fields);
