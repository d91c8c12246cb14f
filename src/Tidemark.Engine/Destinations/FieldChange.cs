namespace Tidemark.Engine.Destinations;

/// <summary>A column's value before and after, as the database writes it as text.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="Before">Null for null, or for a row that is not there yet.</param>
/// <param name="After">Null for null, or for a row that goes.</param>
public sealed record FieldChange(string Name, string? Before, string? After);
