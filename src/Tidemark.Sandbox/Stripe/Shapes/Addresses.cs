using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal static class Addresses
{
    public static void Write(JsonBuffer json, Place place, ref Draws draws)
    {
        json.Add($$"""{"city":{{place.City}},"country":{{place.Country}},"line1":"{{draws.Between(1, 240)}} """);
        json.Add($$"""{{place.Street:raw}}","line2":{{(draws.Percent(20) ? draws.From(Floors) : null)}}""");
        json.Add($$""","state":{{place.State}},"postal_code":""");
        json.Text($"{place.PostalPrefix}{draws.Between(100, 999)}");
        json.Raw("}"u8);
    }

    public static void WriteEmpty(JsonBuffer json) => json.Raw(
        """{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,"state":null}"""u8);

    private static readonly string[] Floors = ["Floor 2", "Floor 14", "Suite 300", "2º B", "Hinterhaus", "c/o Ørsted"];
}
