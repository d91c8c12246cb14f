using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>Creates, updates and deletes records as Square would: with new times and versions, and all that follows.</summary>
internal sealed class SquareChanges(SquareRecords records, Tombstones tombstones, SandboxOptions options)
{
    private readonly Lock _gate = new();
    private long _round;

    public MutationResult Apply(string name, Mutation mutation)
    {
        lock (_gate)
        {
            if (name == "order_line_items") throw new ControlException("line items change with their order");
            var stream = records.Streams[name];
            var objects = mutation.ReadCreate();
            if (name == "catalog_inventory" && objects.Any(fields => CountId(fields) is null))
                throw new ControlException("a count to create has catalog_object_id, location_id and state");
            if (mutation.Delete is not null && name is ("orders" or "catalog_inventory"))
                throw new ControlException($"Square has no way to delete {name}");

            var edit = new SquareEdit(records, tombstones, options.Clock);
            var toUpdate = Select(stream, mutation.Update, _ => true);
            // A number of deletions is one of other records than those that are updated.
            var updated = toUpdate.Select(entry => entry.Index).ToHashSet();
            var toDelete = Select(stream, mutation.Delete, entry => !updated.Contains(entry.Index));
            return new(
                [.. objects.Select(fields => edit.Create(stream, fields))],
                [.. toUpdate.Select(entry => edit.Update(stream, stream.At(entry.Index), mutation.Update!.Set ?? Note(name)))],
                [.. toDelete.Select(entry => edit.Delete(stream, stream.At(entry.Index)))]);
        }
    }

    public static string? CountId(JsonObject fields) =>
        fields["catalog_object_id"] is { } variation && fields["location_id"] is { } location && fields["state"] is { } state
            ? CountRecords.IdOf(variation.ToString(), location.ToString(), state.ToString()) : null;

    private IReadOnlyList<RecordEntry> Select(RecordStream stream, Selection? selection, Predicate<RecordEntry> isFit)
    {
        if (selection is null) return [];
        if (selection.Named is { } ids)
        {
            return [.. ids.Distinct().Select(id => stream.TryFind(id, out var entry) && !entry.IsDeleted
                ? entry : throw new ControlException($"there is no '{id}' that could be changed"))];
        }

        var draws = new Draws(Draws.Key(options.Seed, 7000 + (int)Series.Choice), _round++);
        return RecordChoice.Pick(stream, selection.Count ?? 0, draws, isFit);
    }

    private JsonObject Note(string name) => name switch
    {
        "catalog_inventory" => new() { ["quantity"] = $"{_round}.5" },
        "locations" => new() { ["description"] = $"change {_round}" },
        "orders" => new() { ["reference_id"] = $"change {_round}" },
        _ => new() { ["custom_attribute_values"] = new JsonObject { ["change"] = new JsonObject { ["string_value"] = $"{_round}" } } },
    };
}
