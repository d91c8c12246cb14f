using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

internal sealed class LeadRecords(CloseWorld world) : CloseRecords("lead", world, world.LeadIds, world.Leads)
{
    private const int Purpose = 1;

    public override string NoteField => "description";

    public override string? CustomKind => "lead";

    public static string NameOf(CloseWorld world, long lead)
    {
        var draws = world.Draw(Purpose, lead);
        return $"{draws.From(Phrases.Companies)} {lead}";
    }

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var name = NameOf(World, index);
        var draws = World.Draw(Purpose + 100, index);
        var status = draws.Below(LeadStatusRecords.Labels.Length);
        json.Add($$"""{"id":{{IdAt(index)}},"name":{{name}},"display_name":{{name}},"description":""");
        json.Add($$"""{{(draws.Percent(60) ? draws.From(Phrases.Notes) : null)}},"url":""");
        json.Add($$"""{{(draws.Percent(50) ? $"https://company{index}.example" : null)}}""");
        json.Add($$""","html_url":"https://app.close.com/lead/{{Ids.Text(index):raw}}/","source":null,"status_id":""");
        json.Add($$"""{{new RecordId(World.LeadStatusIds, status)}}""");
        json.Add($$""","status_label":{{LeadStatusRecords.Labels[status]}}""");
        json.Raw(",\"addresses\":["u8);
        if (draws.Percent(70)) WriteAddress(json, draws.From(Places.All));
        json.Raw("],\"contact_ids\":["u8);
        WriteContacts(json, index);
        json.Raw("],\"integration_links\":[]"u8);
        CustomValues.Write(json, World, "lead", index, created);
        json.Add($$""","created_by_name":"Ada Almeida","updated_by_name":"Ada Almeida","localtime":null""");
        WriteEnd(json, index, created);
    }

    private void WriteContacts(JsonBuffer json, long lead)
    {
        if (lead >= Count) return;
        var (first, end) = (World.FirstChild(World.Contacts, lead), World.FirstChild(World.Contacts, lead + 1));
        for (var contact = first; contact < end; contact++)
        {
            if (contact > first) json.Raw(","u8);
            json.Id(new(World.ContactIds, contact));
        }
    }

    private static void WriteAddress(JsonBuffer json, Place place)
    {
        json.Add($$"""{"label":"business","address_1":{{place.Street}},"address_2":null,"city":{{place.City}}""");
        json.Add($$""","state":""");
        json.Add($$"""{{place.State}},"zipcode":"{{place.PostalPrefix:raw}}123","country":{{place.Country}}}""");
    }
}
