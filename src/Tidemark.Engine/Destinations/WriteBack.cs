namespace Tidemark.Engine.Destinations;

/// <summary>Values that go back to the source once a record's row is durable.</summary>
/// <param name="Set">
/// The source's field to its value. <c>{column}</c> in a value stands for what a text column of the row has.
/// </param>
public sealed record WriteBack(IReadOnlyDictionary<string, string> Set)
{
    public WriteBackWhen When { get; init; }
}

/// <summary>Of which records values go back.</summary>
public enum WriteBackWhen
{
    /// <summary>Of every record that was read and is a row now.</summary>
    Read,

    /// <summary>Of those whose row the run created or updated.</summary>
    Changed,
}
