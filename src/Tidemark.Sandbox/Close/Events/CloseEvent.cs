using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Events;

/// <summary>One entry of the event log.</summary>
/// <param name="Number">Since the start.</param>
/// <param name="ObjectType">E.g. <c>activity.note</c>.</param>
/// <param name="Action">created, updated, deleted or merged.</param>
/// <param name="ObjectId">Id of the object that changed.</param>
/// <param name="LeadId">The lead that it belongs to.</param>
/// <param name="Created">When it happened first.</param>
/// <param name="Updated">When something was added to it.</param>
/// <param name="Changed">The properties that an update changed.</param>
/// <param name="Data">JSON of the object.</param>
/// <param name="Meta">JSON with facts about the request.</param>
internal sealed record CloseEvent(
    long Number, string ObjectType, string Action, string ObjectId, string? LeadId, DateTimeOffset Created,
    DateTimeOffset Updated, IReadOnlyList<string> Changed, string Data, string Meta)
{
    public void Write(JsonBuffer json, CloseWorld world)
    {
        json.Add($$"""{"id":{{new RecordId(world.EventIds, Number)}},"object_type":{{ObjectType}}""");
        json.Add($$""","object_id":{{ObjectId}}""");
        json.Add($$""","action":{{Action}},"lead_id":{{LeadId}},"user_id":{{world.User(0)}},"organization_id":""");
        json.Add($$"""{{CloseWorld.Organization}},"request_id":null,"api_key_id":null,"oauth_client_id":null""");
        json.Add($$""","changed_fields":{{JsonText.Array(Changed):raw}}""");
        json.Add($$""","data":{{Data:raw}},"previous_data":{},"meta":{{Meta:raw}},"date_created":""");
        json.Add($$"""{{Text(Created)}},"date_updated":{{Text(Updated)}}}""");
    }

    private static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);
}
