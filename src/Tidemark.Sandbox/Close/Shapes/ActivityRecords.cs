using System.Text.Json.Nodes;
using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

internal sealed class ActivityRecords(CloseWorld world)
    : CloseRecords("activity", world, world.ActivityIds, world.Activities)
{
    private const int Purpose = 4;

    // The type of the record, and of its events.
    private static readonly (string Type, string Event)[] Types =
    [
        ("Note", "note"), ("Call", "call"), ("Email", "email"), ("Meeting", "meeting"), ("SMS", "sms"),
        ("LeadStatusChange", "lead_status_change"), ("OpportunityStatusChange", "opportunity_status_change"),
        ("TaskCompleted", "task_completed"), ("Custom", "custom_activity"), ("Created", "created"),
    ];

    // The addresses of the lists of one type; of the types without a record here, the lists are empty.
    private static readonly Dictionary<string, string> Addresses = new(StringComparer.Ordinal)
    {
        ["note"] = "Note",
        ["call"] = "Call",
        ["email"] = "Email",
        ["meeting"] = "Meeting",
        ["sms"] = "SMS",
        ["status_change/lead"] = "LeadStatusChange",
        ["status_change/opportunity"] = "OpportunityStatusChange",
        ["task_completed"] = "TaskCompleted",
        ["custom"] = "Custom",
        ["created"] = "Created",
        ["emailthread"] = "EmailThread",
        ["lead_merge"] = "LeadMerge",
        ["whatsapp_message"] = "WhatsAppMessage",
        ["form_submission"] = "FormSubmission",
    };

    public override string NoteField => "note";

    public override bool IsOfLead => true;

    public override string? CustomKind => "activity";

    /// <summary>The type whose list an address after <c>/activity/</c> is; null if it names no type.</summary>
    public static string? TypeAt(IEnumerable<string> address) => Addresses.GetValueOrDefault(string.Join('/', address));

    public RecordFilter OfType(IReadOnlyList<string> types) =>
        new("_type", index => types.Contains(TypeOf(index)), text => types.Contains(text!));

    public override string EventType(JsonObject record)
    {
        var type = record["_type"]?.ToString();
        return "activity." + (Array.Find(Types, known => known.Type == type).Event ?? "note");
    }

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var type = draws.From(Types).Type;
        var moment = CloseWorld.Moment(created, index);
        json.Add($$"""{"_type":{{type}},"id":{{IdAt(index)}},"lead_id":{{LeadOf(index)}},"contact_id":null""");
        json.Add($$""","user_id":""");
        json.Add($$"""{{World.User(index)}},"user_name":"Ada Almeida","users":[],"activity_at":{{moment}}""");
        WriteOwn(json, type, moment, ref draws);
        if (type == "Custom")
        {
            json.Raw(",\"custom_activity_type_id\":\"actitype_1h5m6uHM9BZOpwVhyRJb4Y\""u8);
            CustomValues.Write(json, World, "activity", index, created);
        }

        json.Add($$""","created_by_name":"Ada Almeida","updated_by_name":{{"Ada Almeida"}}""");
        WriteEnd(json, index, created);
    }

    private string TypeOf(long index)
    {
        var draws = World.Draw(Purpose, index);
        return draws.From(Types).Type;
    }

    private void WriteOwn(JsonBuffer json, string type, string moment, ref Draws draws)
    {
        var note = draws.From(Phrases.Notes);
        switch (type)
        {
            case "Note":
                json.Add($$""","note":{{note}},"note_html":{{$"<body><p>{note}</p></body>"}}""");
                break;
            case "Call":
                json.Add($$""","direction":"outbound","status":"completed","duration":{{draws.Between(0, 3600)}}""");
                json.Add($$""","phone":"+14155550100","remote_phone":"+14155550100","recording_url":null""");
                json.Raw(""","disposition":"answered","outcome_id":null,"source":"Close.io" """u8);
                json.Add($$""","voicemail_duration":0,"cost":{{(draws.Percent(50) ? "2" : null)}},"note":{{note}}""");
                break;
            case "Email":
                json.Add($$""","direction":"outgoing","status":"sent","subject":{{draws.From(Phrases.Goods)}}""");
                json.Add($$""","sender":"ada@example.com","to":["sam@example.org"],"cc":[],"bcc":[]""");
                json.Add($$""","body_text":{{note}},"body_html":""");
                json.Add($$"""{{$"<p>{note}</p>"}},"date_sent":{{moment}},"opens":[],"attachments":[]""");
                json.Raw(""","bulk_email_action_id":null,"date_scheduled":null,"has_reply":false"""u8);
                json.Raw(""","followup_sequence_add_cc_bcc":false,"followup_sequence_delay":null"""u8);
                json.Raw(""","in_reply_to_id":null,"message_ids":[],"need_smtp_credentials":false"""u8);
                json.Raw(""","opens_summary":null,"references":[],"send_as_id":null,"template_id":null"""u8);
                json.Raw(",\"thread_id\":null"u8);
                break;
            case "Meeting":
                json.Add($$""","title":{{draws.From(Phrases.Goods)}},"status":"completed","starts_at":{{moment}}""");
                json.Add($$""","ends_at":""");
                json.Add($$"""{{moment}},"duration":1800,"location":null,"attendees":[],"note":{{note}}""");
                break;
            case "SMS":
                json.Add($$""","direction":"inbound","status":"inbox","text":{{note}},"cost":null""");
                json.Add($$""","date_scheduled":null,"date_sent":{{moment}},"error_message":null""");
                json.Raw(""","local_country_iso":"US","local_phone":"+14155550101","source":"Close.io" """u8);
                json.Raw(""","local_phone_formatted":"+1 415-555-0101","remote_country_iso":"US" """u8);
                json.Raw(""","remote_phone":"+14155550100","remote_phone_formatted":"+1 415-555-0100" """u8);
                json.Raw(",\"template_id\":null"u8);
                break;
            case "OpportunityStatusChange":
                json.Raw(""","old_status_label":"Demo","new_status_label":"Won","task_id":null"""u8);
                json.Add($$""","opportunity_value":{{draws.Between(100, 90_000)}}""");
                json.Add($$""","opportunity_value_formatted":{{"$500"}}""");
                break;
            case "LeadStatusChange":
                json.Raw(",\"old_status_label\":\"Potential\",\"new_status_label\":\"Qualified\""u8);
                break;
            case "TaskCompleted":
                json.Add($$""","task_text":{{note}},"task_assigned_to":{{World.User(draws.Below(10))}}""");
                break;
        }
    }
}
