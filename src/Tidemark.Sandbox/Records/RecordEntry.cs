namespace Tidemark.Sandbox.Records;

/// <summary>A record in its place; unchanged since it was seeded when <paramref name="Changed"/> is null.</summary>
internal readonly record struct RecordEntry(RecordKey Key, ChangedRecord? Changed)
{
    public long Index => Key.Index;

    public bool IsDeleted => Changed is { Json: null };
}

/// <param name="Id">Stays when a change writes another id into the JSON.</param>
/// <param name="Json">The whole record; null once deleted.</param>
internal sealed record ChangedRecord(string Id, byte[]? Json);
