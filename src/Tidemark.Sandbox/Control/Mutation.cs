using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Sandbox.Control;

/// <summary>What is to happen to the records of one stream: creations first, then updates, then deletions.</summary>
internal sealed record Mutation
{
    /// <summary>A number of records, or a list of objects whose fields replace the generated ones.</summary>
    public JsonElement? Create { get; init; }

    public Selection? Update { get; init; }

    public Selection? Delete { get; init; }

    /// <summary>False changes the records without events. Default true.</summary>
    public bool Events { get; init; } = true;

    /// <summary>
    /// One event sent in place of each change's own event: <c>type</c>, <c>object</c> and <c>previous_attributes</c> as
    /// the vendor's event has them. Stripe alone takes it.
    /// </summary>
    public JsonObject? Event { get; init; }

    /// <summary>One object for each record to create.</summary>
    /// <exception cref="ControlException">Neither a number nor a list of objects.</exception>
    public IReadOnlyList<JsonObject> ReadCreate() => Create switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var count) && count >= 0 =>
            [.. Enumerable.Range(0, count).Select(_ => new JsonObject())],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(ReadObject)],
        _ => throw new ControlException("create is a number or a list of objects"),
    };

    private static JsonObject ReadObject(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? JsonObject.Create(element)!
        : throw new ControlException("create is a number or a list of objects");
}

/// <summary>Records by id, or a number of them that the stand-in chooses, always the same ones.</summary>
internal sealed record Selection
{
    public string? Id { get; init; }

    public IReadOnlyList<string>? Ids { get; init; }

    public int? Count { get; init; }

    /// <summary>Fields to set, for an update. Without it a note is written into the metadata.</summary>
    public JsonObject? Set { get; init; }

    /// <exception cref="ControlException">Not exactly one of id, ids and count.</exception>
    public IReadOnlyList<string>? Named => (Id, Ids, Count) switch
    {
        ({ } id, null, null) => [id],
        (null, { } ids, null) => ids,
        (null, null, >= 0) => null,
        _ => throw new ControlException("update and delete take exactly one of id, ids and count"),
    };
}

internal sealed record MutationResult(
    IReadOnlyList<string> Created, IReadOnlyList<string> Updated, IReadOnlyList<string> Deleted);
