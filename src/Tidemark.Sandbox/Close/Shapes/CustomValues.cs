using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

/// <summary>Writes the values of custom fields: flat keys, and only those that are set.</summary>
internal static class CustomValues
{
    private const int Purpose = 50;

    public static void Write(JsonBuffer json, CloseWorld world, string kind, long index, long created)
    {
        var purpose = Purpose + kind.Length;
        var draws = world.Draw(purpose, index);
        for (var number = 0; number < CustomFieldList.All.Length; number++)
        {
            var field = CustomFieldList.All[number];
            if (!field.IsOn(kind) || !draws.Percent(field.Share)) continue;
            json.Add($$""","custom.{{world.FieldIds.Text(number):raw}}":""");
            WriteValue(json, world, field, index, created, ref draws);
        }
    }

    private static void WriteValue(
        JsonBuffer json, CloseWorld world, SeededField field, long index, long created, ref Draws draws)
    {
        switch (field.Type)
        {
            case "number":
                json.Add($$"""{{draws.Between(1, 9000)}}.{{draws.Below(10)}}""");
                break;
            case "date":
                json.Text(CloseWorld.Moment(created + 86_400L * draws.Below(900), 0)[..10]);
                break;
            case "datetime":
                // Close keeps the offset that a value came with.
                json.Text(CloseWorld.Moment(created, index)[..19] + (draws.Percent(50) ? "-05:00" : "+00:00"));
                break;
            case "user":
                json.Add($$"""{{world.User(draws.Below(1000))}}""");
                break;
            case "choices" when field.IsMultiple:
                json.Add($$"""[{{draws.From(Phrases.Goods)}},{{draws.From(Phrases.Goods)}}]""");
                break;
            default:
                json.Text(draws.From(field.Type == "choices" ? Phrases.Segments : Phrases.Companies));
                break;
        }
    }
}
