using System.Text.Json.Serialization;

namespace Tidemark.Engine.Destinations;

/// <summary>A table as it is in a database, whoever made its columns.</summary>
/// <param name="Name">Unquoted, without its schema.</param>
/// <param name="Columns">All that hold values, in the table's order; not those that the database computes.</param>
public sealed record TableShape(string Name, IReadOnlyList<TableColumn> Columns)
{
    /// <summary>Columns that identify a row and are never null; empty where the table has none such.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>Columns that the database counts by itself, and no update may write.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Counted { get; init; } = [];

    /// <summary>Tables that its foreign keys name.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> References { get; init; } = [];
}
