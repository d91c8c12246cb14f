namespace Tidemark.Sandbox.Square;

/// <summary>A deleted catalog object.</summary>
/// <param name="Type">As Square names it.</param>
/// <param name="DeletedAt">Milliseconds since 1970.</param>
/// <param name="Json">The object as it was, marked as deleted.</param>
internal sealed record Tombstone(string Type, long DeletedAt, byte[] Json);

/// <summary>What is left of deleted catalog objects, in the order of their deletion.</summary>
internal sealed class Tombstones
{
    private readonly Lock _gate = new();
    private readonly List<Tombstone> _all = [];

    public void Add(Tombstone tombstone)
    {
        lock (_gate) _all.Add(tombstone);
    }

    public IReadOnlyList<Tombstone> Of(IReadOnlyCollection<string> types, long? begin)
    {
        lock (_gate) return [.. _all.Where(one => types.Contains(one.Type) && one.DeletedAt > (begin ?? long.MinValue))];
    }
}
