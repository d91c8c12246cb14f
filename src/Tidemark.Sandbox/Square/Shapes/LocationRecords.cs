using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

internal sealed class LocationRecords(SquareWorld world) : SeededRecords(world.LocationIds, world.Locations)
{
    public const string Merchant = "MLTIDEMARK";

    /// <summary>One location is closed for good; lists show it all the same.</summary>
    private const int Inactive = 5;

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = world.Draw(Series.Location, index);
        var place = SquareWorld.PlaceOf(index);
        json.Add($$"""{"id":{{new RecordId(Ids, index)}},"name":"{{place.City:raw}} {{index + 1}}","address":""");
        json.Add($$"""{"address_line_1":"{{place.Street:raw}} {{draws.Between(1, 200)}}","locality":{{place.City}}""");
        if (place.State is { } state) json.Add($$""","administrative_district_level_1":{{state}}""");
        json.Add($$""","postal_code":"{{place.PostalPrefix:raw}}{{draws.Between(100, 999)}}","country":{{place.Country}}}""");
        json.Raw(""","timezone":"Etc/UTC","capabilities":["CREDIT_CARD_PROCESSING"]"""u8);
        json.Add($$""","status":{{(index == Inactive ? "INACTIVE" : "ACTIVE")}},"created_at":{{SquareTime.Seeded(created)}}""");
        json.Add($$""","merchant_id":{{Merchant}},"country":{{place.Country}},"language_code":{{place.Locale}}""");
        json.Add($$""","phone_number":"{{place.DialCode:raw}}{{draws.Between(1_000_000, 9_999_999)}}","currency":""");
        json.Add($$"""{{SquareWorld.CurrencyOf(index)}},"business_name":{{draws.From(Phrases.Companies)}}""");
        json.Raw(""","type":"PHYSICAL","mcc":"7299","coordinates":"""u8);
        json.Add($$"""{"longitude":-84.388013,"latitude":{{draws.Between(-60, 60)}}.{{draws.Between(100_000, 999_999)}}""");
        json.Raw("}}"u8);
    }
}
