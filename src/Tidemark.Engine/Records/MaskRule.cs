namespace Tidemark.Engine.Records;

/// <summary>What becomes of a value that must not be stored.</summary>
public enum Masking
{
    /// <summary>A keyed hash of it: equal values stay equal, and nobody without the key finds them by guessing.</summary>
    Hash,

    /// <summary>Null.</summary>
    Null,

    /// <summary>The property is left out.</summary>
    Exclude,
}

/// <summary>A place in a stream's records whose value must not be stored.</summary>
/// <param name="Name">As the pipeline names it.</param>
/// <param name="Path">Place in the record, as <see cref="Field.Path"/>; of a list, the place in each of its objects.</param>
/// <param name="Masking">What becomes of it.</param>
public sealed record MaskRule(string Name, string Path, Masking Masking);
