using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Control;

/// <summary>
/// Carries mutations of a vendor's records out, one at a time, so that events follow their order. A vendor
/// says how a record is created, updated and deleted.
/// </summary>
/// <typeparam name="TTable">The place of one stream's records.</typeparam>
/// <param name="options">Seed of the choice among records; clock of the changes.</param>
/// <param name="choicePurpose">The vendor's own number among the purposes of the seed.</param>
internal abstract class VendorChanges<TTable>(SandboxOptions options, int choicePurpose)
{
    /// <summary>Held while a mutation is carried out.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>A number in which one change differs from the one before.</summary>
    protected long Round { get; private set; }

    protected TimeProvider Clock => options.Clock;

    /// <summary>All of a mutation, or none of it when any part is refused.</summary>
    public virtual MutationResult Apply(TTable table, Mutation mutation)
    {
        lock (Gate)
        {
            var stream = StreamOf(table);
            var objects = mutation.ReadCreate();
            Check(table, objects, mutation);
            var toUpdate = Select(stream, mutation.Update, _ => true);
            var toDelete = Select(stream, mutation.Delete, Deletable(table));
            var isTold = mutation.Events;
            return new(
                [.. objects.Select(fields => Create(table, fields, isTold))],
                [.. toUpdate.Select(entry => Update(table, entry, mutation.Update!.Set, isTold))],
                // An update just before may have changed a record that is deleted now.
                [.. toDelete.Select(entry => Delete(table, stream.At(entry.Index), isTold))]);
        }
    }

    protected abstract RecordStream StreamOf(TTable table);

    /// <summary>Refuses, by a <see cref="ControlException"/>, what the vendor does not let happen.</summary>
    protected virtual void Check(TTable table, IReadOnlyList<JsonObject> objects, Mutation mutation)
    {
    }

    /// <summary>The records that may be deleted.</summary>
    protected virtual Predicate<RecordEntry> Deletable(TTable table) => _ => true;

    /// <param name="table">The place of the records.</param>
    /// <param name="fields">The fields that the new record has, whatever was generated.</param>
    /// <param name="isTold">Whether the vendor lets its readers see that it happened.</param>
    /// <returns>The record's id.</returns>
    protected abstract string Create(TTable table, JsonObject fields, bool isTold);

    /// <param name="table">The place of the records.</param>
    /// <param name="entry">The record as it was chosen.</param>
    /// <param name="fields">The fields to set; null for any change that differs from the one before.</param>
    /// <param name="isTold">Whether the vendor lets its readers see that it happened.</param>
    /// <returns>The record's id.</returns>
    protected abstract string Update(TTable table, RecordEntry entry, JsonObject? fields, bool isTold);

    /// <returns>The record's id.</returns>
    protected virtual string Delete(TTable table, RecordEntry entry, bool isTold)
    {
        var stream = StreamOf(table);
        var id = stream.IdOf(entry);
        stream.Delete(entry);
        return id;
    }

    protected long Now() => Clock.GetUtcNow().ToUnixTimeSeconds();

    protected static void RefuseTaken(RecordStream stream, IEnumerable<string?> given)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in given)
        {
            if (id is not null && (!seen.Add(id) || stream.TryFind(id, out _)))
                throw new ControlException($"there is a '{id}' already");
        }
    }

    /// <summary>A record as a writer of the vendor's generates it.</summary>
    protected static JsonObject Json(Action<JsonBuffer> write)
    {
        using var buffer = new JsonBuffer(4096);
        write(buffer);
        return JsonNode.Parse(buffer.Written.Span)!.AsObject();
    }

    protected static byte[] Bytes(JsonObject record) => JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);

    protected static void Set(JsonObject record, JsonObject fields)
    {
        foreach (var (name, value) in fields) record[name] = value?.DeepClone();
    }

    private IReadOnlyList<RecordEntry> Select(RecordStream stream, Selection? selection, Predicate<RecordEntry> isFit)
    {
        if (selection is null) return [];
        if (selection.Named is { } ids) return [.. ids.Distinct().Select(Find)];
        var draws = new Draws(Draws.Key(options.Seed, choicePurpose), Round++);
        return RecordChoice.Pick(stream, selection.Count ?? 0, draws, isFit);

        RecordEntry Find(string id) => stream.TryFind(id, out var entry) && !entry.IsDeleted && isFit(entry)
            ? entry : throw new ControlException($"there is no '{id}' that could be changed");
    }
}
