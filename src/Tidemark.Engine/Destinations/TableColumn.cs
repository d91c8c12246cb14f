namespace Tidemark.Engine.Destinations;

/// <summary>A column of a table.</summary>
/// <param name="Name">Unquoted.</param>
/// <param name="Type">As the database names it.</param>
public sealed record TableColumn(string Name, string Type);
