using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

internal sealed class AccountRecords(OracleWorld world)
    : OracleRecords("accounts", "PartyId", "PartyNumber", world, world.Accounts)
{
    public static string NameOf(OracleWorld world, long index)
    {
        var draws = world.Draw(OraclePurpose.Account, index);
        return $"{draws.From(Phrases.Companies)} {index}";
    }

    protected override void WriteOwn(JsonBuffer json, long index, long created, ref Draws draws)
    {
        draws.Next();
        var place = draws.From(Places.All);
        json.Add($$""","OrganizationName":{{NameOf(World, index)}}""");
        json.Add($$""","Type":"ZCA_CUSTOMER","OwnerPartyId":300000010397637""");
        json.Add($$""","EmailAddress":"info{{index}}@example.com","OwnerName":{{People.Draw(ref draws).FullName()}}""");
        json.Add($$""","AddressLine1":{{place.Street}},"City":{{place.City}},"State":{{place.State}}""");
        json.Add($$""","PostalCode":"{{place.PostalPrefix:raw}}123","Country":{{place.Country}}""");
        json.Add($$""","CurrencyCode":{{place.Currency.ToUpperInvariant()}}""");
    }
}
