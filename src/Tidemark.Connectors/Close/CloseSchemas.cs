using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Close;

/// <summary>
/// Columns of the streams, under Close's own names; custom fields follow. Money is in minor units of
/// <c>value_currency</c>. Where Close writes a day in some records and an instant in others, the column is an instant,
/// and a day its midnight in UTC.
/// </summary>
/// <remarks>https://developer.close.com/api/resources.</remarks>
internal static class CloseSchemas
{
    /// <summary>
    /// Not read are a lead's contacts, opportunities and tasks, which are streams of their own and change without the
    /// lead, and its local time, which never stands still.
    /// </summary>
    public static readonly StreamSchema Leads = Of("leads",
        ["contacts", "contacts_summary", "localtime", "opportunities", "primary_address_summary", "primary_email",
            "primary_phone", "recent_calls", "summaries", "tasks"],
    [
        .. Text("id", "name", "display_name", "description", "url", "html_url", "source", "status_id", "status_label",
            "organization_id", "created_by", "created_by_name", "updated_by", "updated_by_name"),
        .. Time("date_created", "date_updated"),
        .. Json("addresses", "contact_ids", "integration_links"),
    ]);

    public static readonly StreamSchema Contacts = Of("contacts",
        ["lead_suggestions_operation_id", "recent_calls", "subscriptions"],
    [
        .. Text("id", "lead_id", "name", "display_name", "title", "timezone", "timezone_source", "organization_id",
            "created_by", "updated_by"),
        .. Time("date_created", "date_updated"),
        .. Json("emails", "phones", "urls", "integration_links"),
    ]);

    public static readonly StreamSchema Opportunities = Of("opportunities",
        ["comment_summary", "lead_primary_email", "lead_primary_phone", "stall_status", "suggested_action"],
    [
        .. Text("id", "lead_id", "lead_name", "contact_id", "contact_name", "user_id", "user_name", "status_id",
            "status_label", "status_display_name", "status_type", "pipeline_id", "pipeline_name", "value_currency",
            "value_formatted", "value_period", "note", "organization_id", "created_by", "created_by_name", "updated_by",
            "updated_by_name"),
        .. Whole("value", "expected_value", "annualized_value", "annualized_expected_value", "confidence"),
        .. Time("date_won", "date_lost", "date_created", "date_updated"),
        .. Flag("is_stalled"),
        .. Json("attachments", "integration_links"),
    ]);

    /// <summary>The columns that activities of all types share, then those of single types.</summary>
    public static readonly StreamSchema Activities = Of("activities", [],
    [
        new Field("id", FieldType.Text),
        new Field("type", FieldType.Text) { Path = "_type" },
        .. Text("lead_id", "contact_id", "user_id", "user_name", "organization_id", "created_by", "created_by_name",
            "updated_by", "updated_by_name"),
        .. Time("activity_at", "date_created", "date_updated"),
        .. Json("users", "attachments"),
        .. Text("note", "note_html", "direction", "status", "source", "title", "location", "text"),
        .. Text("phone", "remote_phone", "local_phone", "disposition", "recording_url", "voicemail_url", "outcome_id"),
        .. Whole("duration", "voicemail_duration"),
        .. Decimal("cost"),
        .. Text("subject", "sender", "body_text", "body_html", "body_preview", "thread_id", "template_id",
            "sequence_id", "sequence_name"),
        .. Json("to", "cc", "bcc", "envelope", "opens", "attendees"),
        .. Time("date_sent", "date_scheduled", "starts_at", "ends_at"),
        .. Text("old_status_id", "old_status_label", "old_status_type", "new_status_id", "new_status_label",
            "new_status_type", "opportunity_id", "opportunity_value_formatted", "opportunity_value_period",
            "opportunity_value_currency"),
        .. Whole("opportunity_value", "opportunity_confidence"),
        .. Time("opportunity_date_won"),
        .. Text("task_id", "task_text", "task_assigned_to", "task_assigned_to_name", "custom_activity_type_id"),
    ]);

    public static readonly StreamSchema Tasks = Of("tasks", ["due_date"],
    [
        new Field("id", FieldType.Text),
        new Field("type", FieldType.Text) { Path = "_type" },
        .. Text("text", "lead_id", "lead_name", "contact_id", "contact_name", "assigned_to", "assigned_to_name",
            "object_id", "object_type", "view", "organization_id", "created_by", "created_by_name", "updated_by",
            "updated_by_name"),
        .. Time("date", "date_created", "date_updated"),
        .. Flag("is_complete", "is_dateless"),
    ]);

    public static readonly StreamSchema Users = Of("users", [],
    [
        .. Text("id", "first_name", "last_name", "email", "image"),
        .. Time("date_created", "date_updated"),
        .. Json("organizations", "phone_numbers"),
    ]);

    public static readonly StreamSchema CustomFields = Of("custom_fields", [],
    [
        .. Text("id", "kind", "name", "description", "type", "organization_id", "custom_activity_type_id",
            "custom_object_type_id", "created_by", "updated_by"),
        .. Flag("accepts_multiple_values", "is_shared", "required"),
        .. Time("date_created", "date_updated"),
        .. Json("choices", "editable_with_roles", "associations"),
    ]);

    public static readonly StreamSchema Pipelines = Of("pipelines", [],
    [
        .. Text("id", "name", "organization_id", "created_by", "updated_by"),
        .. Time("date_created", "date_updated"),
        .. Json("statuses"),
    ]);

    public static readonly StreamSchema LeadStatuses = Of("lead_statuses", [],
        [.. Text("id", "label", "organization_id")]);

    public static readonly StreamSchema OpportunityStatuses = Of("opportunity_statuses", [],
        [.. Text("id", "label", "type", "pipeline_id", "organization_id")]);

    private static StreamSchema Of(string name, IReadOnlyList<string> leftInRaw, IReadOnlyList<Field> fields) =>
        new(name, fields) { LeftInRaw = ["__object_type", "custom", .. leftInRaw] };

    private static IEnumerable<Field> Text(params string[] names) => Each(names, FieldType.Text);

    private static IEnumerable<Field> Time(params string[] names) => Each(names, FieldType.Timestamp);

    private static IEnumerable<Field> Whole(params string[] names) => Each(names, FieldType.Int64);

    private static IEnumerable<Field> Decimal(params string[] names) => Each(names, FieldType.Decimal);

    private static IEnumerable<Field> Flag(params string[] names) => Each(names, FieldType.Boolean);

    private static IEnumerable<Field> Json(params string[] names) => Each(names, FieldType.Json);

    private static IEnumerable<Field> Each(string[] names, FieldType type) =>
        names.Select(name => new Field(name, type));
}
