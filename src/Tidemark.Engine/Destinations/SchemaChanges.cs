namespace Tidemark.Engine.Destinations;

/// <summary>What happens when a record has a field that no column was declared for, or text where an earlier one had a number.</summary>
public enum SchemaChanges
{
    /// <summary>A column is added; one that was inferred becomes text, its values with it.</summary>
    Evolve,

    /// <summary>The stream fails with <c>schema.frozen</c> and changes nothing more.</summary>
    Freeze,

    /// <summary>The field is left out; it is still in <c>raw</c>.</summary>
    Discard,
}
