using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

internal sealed class ContactRecords(CloseWorld world)
    : CloseRecords("contact", world, world.ContactIds, world.Contacts)
{
    private const int Purpose = 2;

    private static readonly string[] Titles = ["CEO", "CTO", "Einkauf", "Head of Operations", "営業部長"];

    public override string NoteField => "title";

    public override bool IsOfLead => true;

    public override string? CustomKind => "contact";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var person = People.Draw(ref draws);
        var name = person.FullName();
        json.Add($$"""{"id":{{IdAt(index)}},"lead_id":{{LeadOf(index)}},"name":{{name}},"display_name":{{name}}""");
        json.Add($$""","title":""");
        json.Add($$"""{{(draws.Percent(70) ? draws.From(Titles) : null)}},"emails":[""");
        if (draws.Percent(90))
        {
            var mail = $"{person.FirstInMail}.{person.LastInMail}{index}@{draws.From(Phrases.MailDomains)}";
            json.Add($$"""{"email":{{mail}},"type":"office","is_unsubscribed":{{draws.Percent(5)}}}""");
        }

        json.Raw("],\"phones\":["u8);
        if (draws.Percent(60))
        {
            var phone = $"{draws.From(Places.All).DialCode}{draws.Between(1_000_000, 9_999_999)}";
            json.Add($$"""{"phone":{{phone}},"phone_formatted":{{phone}},"type":"mobile","country":"US"}""");
        }

        json.Raw("],\"urls\":[],\"integration_links\":[],\"timezone\":null,\"timezone_source\":null"u8);
        CustomValues.Write(json, World, "contact", index, created);
        WriteEnd(json, index, created);
    }
}
