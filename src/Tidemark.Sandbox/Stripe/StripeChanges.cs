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

            var edit = new StripeEdit(kinds[name], stream, mutation.Events ? events : null, options.Clock);
            return new(
                [.. objects.Select(edit.Create)],
                [.. toUpdate.Select(entry => edit.Update(entry, mutation.Update!.Set ?? Note()))],
                // An update just before may have changed a record that is to go.
                [.. toDelete.Select(entry => edit.Delete(stream.At(entry.Index)))]);
        }
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
