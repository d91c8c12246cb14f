namespace Tidemark.Engine.Destinations;

/// <summary>What publishing would do to a row.</summary>
public enum ChangeKind
{
    Add,
    Update,
    Delete,
}

/// <summary>A row that publishing would change.</summary>
/// <param name="Kind">What it would do.</param>
/// <param name="Key">The row's key, as text.</param>
/// <param name="Fields">Of an update, the columns that differ; else all that have a value.</param>
public sealed record RowChange(ChangeKind Kind, string Key, IReadOnlyList<FieldChange> Fields);

/// <summary>A column's value before and after, as the database writes it as text.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="Before">Null for null, or for a row that is not there yet.</param>
/// <param name="After">Null for null, or for a row that goes.</param>
public sealed record FieldChange(string Name, string? Before, string? After);
