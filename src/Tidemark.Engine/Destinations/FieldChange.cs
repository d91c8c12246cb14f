namespace Tidemark.Engine.Destinations;

/// <summary>A column's value before and after, as the database writes it as text.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Before">Value before; null for null, or for a row to create.</param>
/// <param name="After">Value after; null for null, or for a row to delete.</param>
public sealed record FieldChange(string Name, string? Before, string? After);
