using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Shapes;

internal sealed class CustomerRecords(GraphQLWorld world)
    : GraphQLRecords("Customer", world, world.CustomerIds, world.Customers)
{
    private const int Purpose = 3020;

    public override string FragileField => "creditLimit";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var person = People.Draw(ref draws);
        var place = draws.From(Places.All);
        var segment = draws.From(Phrases.Segments).Replace('-', '_').ToUpperInvariant();
        json.Add($$"""{"id":{{new RecordId(Ids, index)}},"name":{{person.FullName()}},"email":""");
        json.Text($"{person.FirstInMail}.{person.LastInMail}{index}@{draws.From(Phrases.MailDomains)}");
        var phone = draws.Percent(60) ? $"{place.DialCode}{draws.Between(1_000_000, 9_999_999)}" : null;
        json.Add($$""","phone":{{phone}}""");
        json.Add($$""","segment":{{segment}},"isActive":{{draws.Percent(90)}},"orderCount":{{draws.Below(40)}}""");
        json.Add($$""","rating":{{(draws.Between(0, 40) / 8.0).ToString("0.0##", null):raw}}""");
        json.Add($$""","creditLimit":{{(draws.Percent(80) ? Money(draws.Between(0, 9_000_000)) : null)}}""");
        json.Add($$""","customerSince":{{Day(created)}},"createdAt":{{Time(created)}},"updatedAt":{{Time(created)}}""");
        json.Add($$""","tags":[{{draws.From(Phrases.Sources)}},{{draws.From(Phrases.Goods)}}],"metadata":{"note":""");
        json.Add($$"""{{draws.From(Phrases.Notes)}},"number":{{index}}},"address":""");
        if (draws.Percent(85))
        {
            json.Add($$"""{"line1":"{{place.Street:raw}} {{draws.Between(1, 200)}}","city":{{place.City}}""");
            json.Add($$""","state":{{place.State}},"country":{{place.Country}}}""");
        }
        else
        {
            json.Null();
        }

        json.Raw("}"u8);
    }
}
