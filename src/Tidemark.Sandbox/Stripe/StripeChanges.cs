using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Stripe.Events;
using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Creates, updates and deletes records, and lets Stripe's events tell of it.</summary>
internal sealed class StripeChanges(
    IReadOnlyDictionary<string, StripeRecords> kinds,
    IReadOnlyDictionary<string, RecordStream> streams,
    EventLog events,
    SandboxOptions options)
{
    private const int ChoicePurpose = 500;

    private readonly Lock _gate = new();
    private long _round;

    /// <summary>All of a mutation, or none of it when any part is refused.</summary>
    public MutationResult Apply(string name, Mutation mutation)
    {
        // One at a time, so that the order of events is the order of changes.
        lock (_gate)
        {
            var stream = streams[name];
            var objects = mutation.ReadCreate();
            RefuseTakenIds(stream, objects);
            var toUpdate = Select(stream, mutation.Update, _ => true);
            var toDelete = Select(stream, mutation.Delete, Deletable(name));

            var tells = mutation is { Events: true, Event: null };
            var edit = new StripeEdit(kinds[name], stream, tells ? events : null, options.Clock);
            var result = new MutationResult(
                [.. objects.Select(edit.Create)],
                [.. toUpdate.Select(entry => edit.Update(entry, mutation.Update!.Set ?? Note()))],
                // An update just before may have changed a record that is to go.
                [.. toDelete.Select(entry => edit.Delete(stream.At(entry.Index)))]);
            if (mutation.Event is { } told) Tell(told);
            return result;
        }
    }

    private void Tell(JsonObject told)
    {
        if (told["type"]?.ToString() is not { Length: > 0 } type || told["object"] is not JsonObject what)
            throw new ControlException("event takes a type and an object");
        events.Add(type, Bytes(what), told["previous_attributes"] is JsonObject previous ? Bytes(previous) : null);

        static byte[] Bytes(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json, JsonText.Options);
    }

    private IReadOnlyList<RecordEntry> Select(RecordStream stream, Selection? selection, Predicate<RecordEntry> isFit)
    {
        if (selection is null) return [];
        if (selection.Named is { } ids) return [.. ids.Distinct().Select(id => Find(stream, id, isFit))];
        var draws = new Draws(Draws.Key(options.Seed, ChoicePurpose), _round++);
        return RecordChoice.Pick(stream, selection.Count ?? 0, draws, isFit);
    }

    private Predicate<RecordEntry> Deletable(string name) => kinds[name] switch
    {
        ChargeRecords => _ => throw new ControlException("Stripe has no way to delete a charge"),
        SubscriptionRecords subscriptions => subscriptions.Unasked.Passes,
        _ => _ => true,
    };

    private JsonObject Note() => new() { ["metadata"] = new JsonObject { ["change"] = $"{_round}" } };

    private static RecordEntry Find(RecordStream stream, string id, Predicate<RecordEntry> isFit) =>
        stream.TryFind(id, out var entry) && !entry.IsDeleted && isFit(entry)
            ? entry
            : throw new ControlException($"there is no '{id}' that could be changed");

    private static void RefuseTakenIds(RecordStream stream, IReadOnlyList<JsonObject> objects)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fields in objects)
        {
            if (StripeEdit.GivenId(fields) is { } id && (!given.Add(id) || stream.TryFind(id, out _)))
                throw new ControlException($"there is a '{id}' already");
        }
    }
}
