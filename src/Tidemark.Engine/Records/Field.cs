using System.Text.Json.Serialization;

namespace Tidemark.Engine.Records;

/// <summary>One column of a stream, and where in the vendor's record its value stands.</summary>
/// <param name="Name">Column name in snake_case, e.g. <c>billing_email</c>.</param>
/// <param name="Type">Type of the values.</param>
public sealed record Field(string Name, FieldType Type)
{
    /// <summary>
    /// Where the value stands: property names from the record's root, separated by <c>/</c> (JSON Pointer without its
    /// first slash, so <c>~1</c> is a slash in a name). Default: the field's name.
    /// </summary>
    public string Path { get; init; } = Name;

    /// <summary>A second place to look, e.g. <c>customer/id</c> where a vendor sends an id or the whole object.</summary>
    public string? OrPath { get; init; }

    /// <summary>True for a place in the record that only the pipeline names: whether any record has it shows in the reading.</summary>
    [JsonIgnore]
    public bool IsUnproven { get; init; }

    /// <summary>Wire form of a <see cref="FieldType.Timestamp"/>; no meaning for other types.</summary>
    public WireTime Time { get; init; }

    /// <summary>Whose the column is; null for the source's, as all are unless somebody says otherwise.</summary>
    public ColumnOwnership? Ownership { get; init; }

    /// <summary>True for a column that stands nowhere in the record: it has its default.</summary>
    public bool IsDerived { get; init; }

    /// <summary>True for a field that no connector declared: it was met in a record and its type was inferred.</summary>
    public bool IsInferred { get; init; }
}
