using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

internal sealed class ContactRecords(OracleWorld world)
    : OracleRecords("contacts", "PartyId", "PartyNumber", world, world.Contacts)
{
    protected override void WriteOwn(JsonBuffer json, long index, long created, ref Draws draws)
    {
        var person = People.Draw(ref draws);
        var place = draws.From(Places.All);
        var account = World.AccountOf(OraclePurpose.Contact, index);
        json.Add($$""","FirstName":{{person.First}},"LastName":{{person.Last}},"ContactName":{{person.FullName()}}""");
        json.Add($$""","JobTitle":{{(draws.Percent(50) ? "Head of purchasing" : null)}}""");
        json.Add($$""","Type":"ZCA_CUSTOMER","EmailAddress":""");
        json.Text($"{person.FirstInMail}.{person.LastInMail}{index}@example.com");
        json.Add($$""","AccountPartyId":{{World.Accounts.FirstId + account}}""");
        json.Add($$""","AccountName":{{AccountRecords.NameOf(World, account)}}""");
        json.Add($$""","OwnerPartyId":300000010397637,"OwnerName":"Nick Hollins","AddressLine1":{{place.Street}}""");
        json.Add($$""","City":{{place.City}},"State":{{place.State}}""");
        json.Add($$""","PostalCode":"{{place.PostalPrefix:raw}}456","Country":{{place.Country}}""");
    }
}
