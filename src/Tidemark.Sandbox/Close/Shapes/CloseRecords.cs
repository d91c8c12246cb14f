using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

/// <summary>One kind of Close object.</summary>
/// <param name="objectType">As in its events, e.g. <c>lead</c>.</param>
/// <param name="world">Where relations come from.</param>
/// <param name="ids">Ids of this kind.</param>
/// <param name="timeline">When the seeded ones were made; they were last updated then, too.</param>
internal abstract class CloseRecords(string objectType, CloseWorld world, IdCodec ids, Timeline timeline)
    : SeededRecords(ids, timeline)
{
    protected CloseWorld World { get; } = world;

    /// <summary>The field that an update changes when it names none.</summary>
    public virtual string NoteField => "name";

    /// <summary>Whether changes of it make events.</summary>
    public virtual bool HasEvents => true;

    /// <summary>Whether records belong to a lead and go with it.</summary>
    public virtual bool IsOfLead => false;

    /// <summary>The kind of custom fields that records have; null for none.</summary>
    public virtual string? CustomKind => null;

    /// <summary>As in the events of one record.</summary>
    public virtual string EventType(JsonObject record) => objectType;

    protected RecordId IdAt(long index) => new(Ids, index);

    protected RecordId LeadOf(long index) => new(World.LeadIds, World.LeadOf(Timeline, index));

    /// <summary>The end of every record: who made it, and when. Closes the object.</summary>
    protected void WriteEnd(JsonBuffer json, long index, long created)
    {
        var moment = CloseWorld.Moment(created, index);
        json.Add($$""","organization_id":{{CloseWorld.Organization}},"created_by":{{World.User(index)}}""");
        json.Add($$""","updated_by":""");
        json.Add($$"""{{World.User(index)}},"date_created":{{moment}},"date_updated":{{moment}}}""");
    }
}
