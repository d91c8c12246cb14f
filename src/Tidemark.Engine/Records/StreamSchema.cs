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

    /// <summary>The same stream with more fields at its end. One of a name that is there takes its place.</summary>
    public StreamSchema With(IEnumerable<Field> more)
    {
        var given = more.ToList();
        var fields = Fields.Select(field => given.Find(other => other.Name == field.Name) ?? field).ToList();
        return this with { Fields = [.. fields, .. given.Where(field => Fields.All(known => known.Name != field.Name))] };
    }
}
