using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Engine.Destinations;
using Xunit;

namespace Tidemark.Tests.Close;

/// <summary>Every type of object in Close's event log is listened to, or is of no concern for a reason.</summary>
public sealed class CloseEventTests
{
    /// <summary>As https://developer.close.com/api/resources/events/list-of-event-types has them; activities and tasks with their kinds.</summary>
    private static readonly string[] ObjectTypes =
    [
        "lead", "contact", "opportunity", "task.lead", "task.incoming_email", "task.emailed_lead", "task.missed_call", "task.answered_detached_call",
        "task.voicemail", "task.opportunity_due", "task.incoming_sms", "activity.created", "activity.email", "activity.email_thread", "activity.call",
        "activity.sms", "activity.whatsapp_message", "activity.note", "activity.meeting", "activity.form_submission", "activity.custom_activity",
        "activity.lead_status_change", "activity.opportunity_status_change", "activity.task_completed", "activity.lead_merge", "unsubscribed_email",
        "import", "export.lead", "export.opportunity", "bulk_action.delete", "bulk_action.edit", "bulk_action.email",
        "bulk_action.sequence_subscription", "custom_fields.lead", "custom_fields.contact", "custom_fields.opportunity", "custom_fields.activity",
        "custom_fields.custom_object", "custom_fields.shared", "custom_activity_type", "custom_object_type", "custom_object", "status.lead",
        "status.opportunity", "membership", "group", "saved_search", "phone_number", "email_template", "sms_template", "sequence",
        "sequence_subscription", "comment", "comment_thread", "lead_merge",
    ];

    private static readonly Dictionary<string, string> OfNoConcern = new()
    {
        ["unsubscribed_email"] = "a contact whose address is unsubscribed has an event of its own",
        ["import"] = "what is imported has events of its own",
        ["export."] = "nothing changes",
        ["bulk_action."] = "what it changes has events of its own",
        ["custom_fields."] = "custom fields are read whole, every time",
        ["custom_activity_type"] = "activities hold its id",
        ["custom_object"] = "custom objects are no stream",
        ["membership"] = "users are read whole, every time",
        ["group"] = "groups are no stream",
        ["saved_search"] = "searches are no stream",
        ["phone_number"] = "numbers of the organization are no stream",
        ["email_template"] = "activities hold its id",
        ["sms_template"] = "activities hold its id",
        ["sequence"] = "activities hold its id, and its name as it was",
        ["comment"] = "comments are no stream; opportunities leave their summary in raw",
        ["lead_merge"] = "the lead's event says so",
    };

    private static readonly CloseFeed[] Feeds =
        [CloseFeeds.Leads, CloseFeeds.Contacts, CloseFeeds.Opportunities, CloseFeeds.Activities, CloseFeeds.Tasks];

    [Fact]
    public void R4_every_type_of_object_is_listened_to_or_is_of_no_concern_for_a_reason()
    {
        foreach (var type in ObjectTypes)
        {
            var isHeard = Feeds.Any(feed => feed.Concerns(type) || feed.Copies.Any(copy => copy.ObjectType == type));
            OfNoConcern.Keys.Any(start => type.StartsWith(start, StringComparison.Ordinal)).ShouldBe(!isHeard, type);
        }

        OfNoConcern.Keys.ShouldAllBe(start => ObjectTypes.Any(type => type.StartsWith(start, StringComparison.Ordinal)));
        Feeds.SelectMany(feed => feed.Copies).ShouldAllBe(copy => ObjectTypes.Contains(copy.ObjectType));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("[]", true)]
    [InlineData("""["status_id","name"]""", true)]
    [InlineData("""["status_id",7]""", false)]
    [InlineData("""["\ud83d"]""", true)]
    [InlineData("7", true)]
    public void R4_R7_an_event_whose_names_cannot_be_read_may_have_changed_a_copy(string? changedFields, bool isChanged) =>
        new CloseCopy("lead", "name").IsChangedBy(changedFields).ShouldBe(isChanged);

    [Fact]
    public async Task R4_a_lead_with_another_name_changes_what_its_opportunities_and_tasks_show()
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "opportunities", "tasks");
        var lead = (string)(await bench.TruthAsync("opportunities")).Values.First()["lead_id"]!;
        await bench.MutateAsync("leads", new { update = new { id = lead, set = new { name = "Éclair & Söhne", display_name = "Éclair & Söhne" } } });

        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "opportunities", "tasks");
        var renamed = (await bench.RowsAsync("opportunities", "id")).Values.Where(row => (string)row["lead_id"]! == lead).ToList();
        renamed.ShouldNotBeEmpty();
        renamed.ShouldAllBe(row => (string)row["lead_name"]! == "Éclair & Söhne");
    }

    [Fact]
    public async Task R4_a_contact_with_another_name_changes_what_opportunities_and_tasks_show()
    {
        await using var bench = await CloseBench.StartAsync();
        var contact = (await bench.TruthAsync("contacts")).Values.First();
        var (id, lead) = ((string)contact["id"]!, (string)contact["lead_id"]!);
        var names = new { contact_id = id, contact_name = (string)contact["name"]!, lead_id = lead };
        foreach (var stream in new[] { "opportunities", "tasks" }) await bench.MutateAsync(stream, new { create = new[] { names } });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "opportunities", "tasks");
        await bench.MutateAsync("contacts", new { update = new { id, set = new { name = "Zoë", display_name = "Zoë" } } });

        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "opportunities", "tasks");
        (await bench.RowsAsync("opportunities", "id")).Values.ShouldContain(row => (string?)row["contact_name"] == "Zoë");
    }

    [Theory]
    [InlineData("lead_statuses", "leads")]
    [InlineData("opportunity_statuses", "opportunities")]
    public async Task R4_a_status_that_is_called_otherwise_changes_every_record_that_has_it(string statuses, string stream)
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        var status = (string)(await bench.TruthAsync(stream)).Values.First()["status_id"]!;
        await bench.MutateAsync(statuses, new { update = new { id = status, set = new { label = "On hold" } } });

        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, stream);
        (await bench.RowsAsync(stream, "id")).Values.Where(row => (string)row["status_id"]! == status)
            .ShouldAllBe(row => (string)row["status_label"]! == "On hold");
    }

    [Fact]
    public async Task R4_an_event_of_a_lead_that_keeps_its_name_asks_for_no_opportunities()
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "opportunities");
        await bench.MutateAsync("leads", new { update = new { count = 3, set = new { description = "new" } } });
        await bench.ResetRequestsAsync();
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "opportunities");
        (await bench.RequestsAsync()).ToJsonString().ShouldNotContain("lead_id=");
    }
}
