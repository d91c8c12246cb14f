namespace Tidemark.Engine.Records;

/// <summary>One entity of a source, e.g. <c>customers</c>: its columns and what identifies a row.</summary>
/// <param name="Name">Stream name in snake_case, as typed on the command line.</param>
/// <param name="Fields">In column order. Declared fields first, inferred ones after them.</param>
public sealed record StreamSchema(string Name, IReadOnlyList<Field> Fields)
{
    /// <summary>Names of the fields that identify a row; at least one.</summary>
    public IReadOnlyList<string> Key { get; init; } = ["id"];

    /// <summary>Properties that the vendor is known to send and that are wanted in <c>raw</c> only, not as a column.</summary>
    public IReadOnlyList<string> LeftInRaw { get; init; } = [];

    /// <summary>Positions of the key's fields in <see cref="Fields"/>.</summary>
    public IReadOnlyList<int> KeyPositions =>
        [.. Key.Select(key => Fields.Index().First(entry => entry.Item.Name == key).Index)];

    /// <summary>The same stream with more fields at its end.</summary>
    public StreamSchema With(IEnumerable<Field> more) => this with { Fields = [.. Fields, .. more] };
}
