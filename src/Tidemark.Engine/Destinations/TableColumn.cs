using System.Text.Json.Serialization;

namespace Tidemark.Engine.Destinations;

/// <summary>A column of a table.</summary>
/// <param name="Name">Unquoted.</param>
/// <param name="Type">As the database names it, without length or precision.</param>
public record TableColumn(string Name, string Type)
{
    /// <summary>The type with its length or precision, as the database words it.</summary>
    [JsonIgnore]
    public string Definition { get; init; } = Type;

    /// <summary>
    /// A type for a column that keeps values of this one: without length, precision or a domain's rules, so that it holds them
    /// whatever the column becomes.
    /// </summary>
    [JsonIgnore]
    public string Holder { get; init; } = Type;

    /// <summary>Name of the collation by which its values are compared, quoted; null for the usual one.</summary>
    [JsonIgnore]
    public string? Collation { get; init; }

    /// <summary>What of two texts the database overlooks when it compares them in this column, e.g. <c>upper and lower case</c>; null for nothing.</summary>
    [JsonIgnore]
    public string? Overlooks { get; init; }

    /// <summary>Definition of a column that holds the same values, and compares them so.</summary>
    [JsonIgnore]
    public string Copy => Collation is null ? Holder : $"{Holder} COLLATE {Collation}";

    /// <summary>Whether the database computes its values from other columns, so that none can be written.</summary>
    [JsonIgnore]
    public bool IsComputed { get; init; }

    /// <summary>Whether the database counts its values, so that no update can write one.</summary>
    [JsonIgnore]
    public bool IsCounted { get; init; }
}
