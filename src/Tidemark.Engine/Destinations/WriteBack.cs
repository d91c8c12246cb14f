namespace Tidemark.Engine.Destinations;

/// <summary>Values that go back to the source once a record's row is durable.</summary>
/// <param name="Set">
/// The source's field to its value. <c>{column}</c> in a value stands for what a text column of the row has.
/// </param>
public sealed record WriteBack(IReadOnlyDictionary<string, string> Set)
{
    public WriteBackWhen When { get; init; }
}
