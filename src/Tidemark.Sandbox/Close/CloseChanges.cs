using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Close.Events;
using Tidemark.Sandbox.Close.Shapes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close;

/// <summary>Creates, updates and deletes records, and logs each change in Close's event log.</summary>
internal sealed class CloseChanges(
    IReadOnlyDictionary<string, CloseTable> tables, CloseEventLog events, CloseWorld world, SandboxOptions options)
{
    private const int ChoicePurpose = 501;

    private readonly Lock _gate = new();
    private long _round;

    /// <summary>All of a mutation, or none of it when any part is refused.</summary>
    public MutationResult Apply(string name, Mutation mutation)
    {
        lock (_gate)
        {
            var table = tables[name];
            var objects = mutation.ReadCreate();
            var toUpdate = Select(table, mutation.Update);
            var toDelete = Select(table, mutation.Delete);
            var log = mutation.Events && table.Kind.HasEvents ? events : null;
            var set = mutation.Update?.Set ?? new JsonObject { [table.Kind.NoteField] = $"change {_round}" };
            return new(
                [.. objects.Select(fields => Create(table, fields, log))],
                [.. toUpdate.Select(entry => Update(table, entry, set, log))],
                [.. toDelete.Select(entry => Delete(table, table.Stream.At(entry.Index), log))]);
        }
    }

    private string Create(CloseTable table, JsonObject fields, CloseEventLog? log)
    {
        var index = table.Stream.NextIndex;
        var created = fields["date_created"] is { } given ? CloseQuery.Second("date_created", given.ToString()) : Now();
        using var buffer = new JsonBuffer(4096);
        table.Kind.Write(buffer, index, created, Form.Complete);
        var record = JsonNode.Parse(buffer.Written.Span)!.AsObject();
        if (table.Kind.IsOfLead && !fields.ContainsKey("lead_id")) record["lead_id"] = AnyLead(index);
        // However old it claims to be, it was touched just now.
        if (record.ContainsKey("date_updated")) record["date_updated"] = CloseWorld.Moment(Now(), index);
        Set(record, fields);

        var id = record["id"]!.ToString();
        if (id != table.Kind.Ids.Text(index) && table.Stream.TryFind(id, out _))
            throw new ControlException($"there is a '{id}' already");
        table.Stream.Add(new(created, index), id, Bytes(record));
        table.Touch(index);
        LogEvent(log, table, "created", record);
        if (table.Kind is ContactRecords) ListContacts(record["lead_id"]!.ToString(), log);
        return id;
    }

    private string Update(CloseTable table, RecordEntry entry, JsonObject fields, CloseEventLog? log)
    {
        var record = table.Json(entry);
        var lead = record["lead_id"]?.ToString();
        if (record.ContainsKey("date_updated")) record["date_updated"] = CloseWorld.Moment(Now(), entry.Index);
        Set(record, fields);
        table.Stream.Change(entry, Bytes(record));
        table.Touch(entry.Index);
        LogEvent(log, table, "updated", record, changed: [.. fields.Select(field => field.Key)]);
        foreach (var copy in CloseCopies.Of(table.Kind)) Show(copy, record);
        if (table.Kind is LeadRecords && fields["merge_into"] is { } into)
            Merge(table, table.Stream.At(entry.Index), into.ToString(), log);
        else if (table.Kind is ContactRecords && lead is not null && record["lead_id"]?.ToString() != lead)
            ListContacts(lead, log);
        return table.Stream.IdOf(entry);
    }

    private string Delete(CloseTable table, RecordEntry entry, CloseEventLog? log, string meta = "{}")
    {
        var id = table.Stream.IdOf(entry);
        var record = table.Json(entry);
        table.Stream.Delete(entry);
        table.Touch(entry.Index);
        LogEvent(log, table, "deleted", record, meta);
        if (table.Kind is LeadRecords)
        {
            foreach (var child in tables.Values.Where(other => other.Kind.IsOfLead))
            {
                foreach (var one in child.OfLead(id)) Delete(child, one, log);
            }
        }
        else if (table.Kind is ContactRecords && record["lead_id"] is { } lead) ListContacts(lead.ToString(), log);

        return id;
    }

    /// <summary>Changes what other records show of one. They keep their time, and there is no event.</summary>
    private void Show(CloseCopies copy, JsonObject source)
    {
        var (id, value) = (source["id"]!.ToString(), source[copy.Field]);
        var table = tables[copy.Stream];
        var entries = copy.Reference == "lead_id" ? table.OfLead(id) : table.Stream.Read(new RecordRange(), int.MaxValue);
        foreach (var entry in entries)
        {
            var record = table.Json(entry);
            if (record[copy.Reference]?.ToString() != id || JsonNode.DeepEquals(record[copy.Shown], value)) continue;
            record[copy.Shown] = value?.DeepClone();
            table.Stream.Change(entry, Bytes(record));
            table.Touch(entry.Index);
        }
    }

    /// <summary>Moves what a lead has to another lead, silently, and deletes it.</summary>
    private void Merge(CloseTable leads, RecordEntry source, string destination, CloseEventLog? log)
    {
        if (!leads.Stream.TryFind(destination, out var target) || target.IsDeleted)
            throw new ControlException($"there is no lead '{destination}'");
        var id = leads.Stream.IdOf(source);
        foreach (var table in tables.Values.Where(table => table.Kind.IsOfLead))
        {
            foreach (var entry in table.OfLead(id))
            {
                var record = table.Json(entry);
                record["lead_id"] = destination;
                table.Stream.Change(entry, Bytes(record));
                table.Touch(entry.Index);
            }
        }

        var meta = $$"""{"merge_source_lead_id":"{{id}}","merge_destination_lead_id":"{{destination}}"}""";
        LogEvent(log, leads, "merged", leads.Json(target), meta);
        ListContacts(destination, log);
        Delete(leads, source, log, meta);
    }

    /// <summary>A lead names its contacts, so that it changes with them.</summary>
    private void ListContacts(string lead, CloseEventLog? log)
    {
        var leads = tables["leads"];
        if (!leads.Stream.TryFind(lead, out var entry) || entry.IsDeleted) return;
        var contacts = tables["contacts"];
        var ids = new JsonArray([.. contacts.OfLead(lead).Select(contact => (JsonNode)contacts.Stream.IdOf(contact))]);
        if (JsonNode.DeepEquals(leads.Json(entry)["contact_ids"], ids)) return;
        Update(leads, entry, new JsonObject { ["contact_ids"] = ids }, log);
    }

    private string AnyLead(long number)
    {
        var leads = tables["leads"].Stream;
        for (var step = 0L; step < leads.NextIndex; step++)
        {
            var entry = leads.At((number + step) % leads.NextIndex);
            if (!entry.IsDeleted) return leads.IdOf(entry);
        }

        return world.LeadIds.Text(0);
    }

    private IReadOnlyList<RecordEntry> Select(CloseTable table, Selection? selection)
    {
        if (selection is null) return [];
        if (selection.Named is { } ids) return [.. ids.Distinct().Select(id => Find(table.Stream, id))];
        var draws = new Draws(Draws.Key(options.Seed, ChoicePurpose), _round++);
        return RecordChoice.Pick(table.Stream, selection.Count ?? 0, draws, _ => true);
    }

    private static RecordEntry Find(RecordStream stream, string id) =>
        stream.TryFind(id, out var entry) && !entry.IsDeleted ? entry
        : throw new ControlException($"there is no '{id}' that could be changed");

    private static void Set(JsonObject record, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (name != "merge_into") record[name] = value?.DeepClone();
        }
    }

    private static void LogEvent(CloseEventLog? log, CloseTable table, string action, JsonObject record, string meta = "{}",
        IReadOnlyCollection<string>? changed = null)
    {
        var id = record["id"]!.ToString();
        var lead = table.Kind is LeadRecords ? id : record["lead_id"]?.ToString();
        log?.Add(table.Kind.EventType(record), action, id, lead, changed ?? [], record.ToJsonString(JsonText.Options), meta);
    }

    private static byte[] Bytes(JsonObject record) => JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);

    private long Now() => options.Clock.GetUtcNow().ToUnixTimeSeconds();
}
