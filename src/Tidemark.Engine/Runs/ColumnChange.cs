using Tidemark.Engine.Records;

namespace Tidemark.Engine.Runs;

/// <summary>A column that a table gets for what was read, or one that gets another type.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">Its type then.</param>
public sealed record ColumnChange(string Name, FieldType Type)
{
    /// <summary>Its type now; null for a new column.</summary>
    public FieldType? Was { get; init; }
}
