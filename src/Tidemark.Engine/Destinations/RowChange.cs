namespace Tidemark.Engine.Destinations;

/// <summary>A row that publishing would change.</summary>
/// <param name="Kind">What it would do.</param>
/// <param name="Key">The row's key, as text.</param>
/// <param name="Fields">Of an update, the columns that differ; else all that have a value.</param>
public sealed record RowChange(ChangeKind Kind, string Key, IReadOnlyList<FieldChange> Fields);
