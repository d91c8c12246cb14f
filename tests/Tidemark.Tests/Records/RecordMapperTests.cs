using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Records;

public sealed class RecordMapperTests
{
    private static readonly StreamSchema Stream = new("things",
    [
        new("id", FieldType.Text), new("customer", FieldType.Text) { OrPath = "customer/id" },
        new("city", FieldType.Text) { Path = "address/city" }, new("created", FieldType.Timestamp) { Time = WireTime.UnixSeconds },
        new("odd", FieldType.Text) { Path = "a~1b" },
    ])
    {
        LeftInRaw = ["object"],
    };

    [Fact]
    public void Nested_and_alternative_places_are_read()
    {
        var batch = Map("""{"id":"1","object":"thing","customer":"cus_1","address":{"line":"x","city":"Zürich"},"created":1.5,"a/b":"y"}""");
        Text(batch, 0, "customer").ShouldBe("cus_1");
        Text(batch, 0, "city").ShouldBe("Zürich");
        Text(batch, 0, "odd").ShouldBe("y");
        batch.Row(0)[3].Bits.ShouldBe(1_500_000);

        Text(Map("""{"customer":{"object":"customer","id":"cus_2"},"id":"1"}"""), 0, "customer").ShouldBe("cus_2");
        Text(Map("""{"id":"1","customer":"cus_3"}"""), 0, "customer").ShouldBe("cus_3");
    }

    [Fact]
    public void The_content_hash_does_not_depend_on_the_order_of_properties_and_does_on_their_values_and_names()
    {
        var hash = Map("""{"id":"1","customer":"a","object":{"x":1}}""").Hash(0);
        Map("""{ "object":{"x":1}, "customer":"a", "id":"1" }""").Hash(0).ShouldBe(hash);
        Map("""{"id":"1","customer":"b","object":{"x":1}}""").Hash(0).ShouldNotBe(hash);
        Map("""{"id":"1","odd":"a","object":{"x":1}}""").Hash(0).ShouldNotBe(hash);
        Map("""{"id":"1","customer":"a","object":{"x":2}}""").Hash(0).ShouldNotBe(hash);
    }

    [Fact]
    public void Property_names_may_be_escaped() =>
        Text(Map("""{"id":"1","cus\u0074omer":"a\u00e9\ud83d\ude00\n"}"""), 0, "customer").ShouldBe("aé😀\n");

    [Theory]
    [InlineData("""{"id":"1","\ud83d":1}""", "value.invalid_text", "\\ud83d")]
    [InlineData("""{"id":"1","customer":"\ud83d"}""", "value.invalid_text", "customer")]
    [InlineData("""{"id":"1","created":"\ud83d"}""", "value.wrong_type", "created")]
    [InlineData("""{"id":"1","created":true}""", "value.wrong_type", "The value of created is not a Timestamp: true.")]
    [InlineData("""{"id":"1","a/b":NaN}""", "record.invalid_json", "NaN")]
    [InlineData("""{"id":"1","a/b":1,}""", "record.invalid_json", "}")]
    public void R7_a_record_that_cannot_be_a_row_keeps_its_key_and_says_where_it_is_wrong(string record, string code, string where)
    {
        var batch = new RowBatch(Stream);
        var result = new RecordMapper(Stream, false, true).Map(Encoding.UTF8.GetBytes(record), false, batch);

        result.IsIdentified.ShouldBeTrue();
        result.Problem.ShouldNotBeNull().Code.ShouldBe(code);
        result.Problem!.Message.ShouldContain(where);
        (batch.KeyText(0), batch.Kind(0)).ShouldBe(("1", RowKind.Unfit));
    }

    [Theory]
    [InlineData(998, null)]
    [InlineData(1000, "record.too_deep")]
    public void R7_a_record_is_a_row_up_to_a_thousand_levels(int lists, string? code)
    {
        var batch = new RowBatch(Stream);
        var record = $"{{\"id\":\"1\",\"a/b\":{new string('[', lists)}{new string(']', lists)}}}";
        new RecordMapper(Stream, false, true).Map(Encoding.UTF8.GetBytes(record), false, batch).Problem?.Code.ShouldBe(code);
        batch.Count.ShouldBe(1);
    }

    [Fact]
    public void Any_text_comes_back_as_it_was() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            // A lone half of a surrogate pair is no text; JSON writers replace it.
            var wanted = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
            var batch = Map($$"""{"id":"1","customer":{{System.Text.Json.JsonSerializer.Serialize(wanted)}}}""");
            return Text(batch, 0, "customer") == wanted;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R10_A_property_that_comes_twice_within_a_record_is_one_new_field()
    {
        var result = new RecordMapper(Stream, true, true).Map("""{"id":"1","zeta":1,"other":true,"zeta":2}"""u8, false, new RowBatch(Stream));

        result.NewFields.Select(field => field.Name).ShouldBe(["zeta", "other"]);
    }

    [Fact]
    public void R10_Values_of_a_column_that_becomes_text_are_text()
    {
        StreamSchema Of(FieldType type) => new("s", [new("id", FieldType.Text), new("flag", type) { IsInferred = true }]);
        var (narrow, wide) = (Of(FieldType.Boolean), Of(FieldType.Text));
        var batch = new RowBatch(narrow);
        new RecordMapper(narrow, false, true).Map("""{"id":"1","flag":true}"""u8, false, batch).IsAdded.ShouldBeTrue();
        var result = new RecordMapper(narrow, false, true) { MayBecomeText = field => field.IsInferred }.Map("""{"id":"2","flag":"perhaps"}"""u8, false, batch);
        result.Widened.ShouldNotBeNull().ShouldHaveSingleItem().Type.ShouldBe(FieldType.Text);
        batch.Widen(narrow.With(result.Widened!));
        new RecordMapper(wide, false, true).Map("""{"id":"2","flag":"perhaps"}"""u8, false, batch).IsAdded.ShouldBeTrue();

        (batch.Text(0, 1), batch.Text(1, 1)).ShouldBe(("true", "perhaps"));
    }

    [Fact]
    public void Widening_a_batch_keeps_its_values()
    {
        var batch = Map("""{"id":"1","customer":"a"}""");
        var wider = Stream.With([new Field("extra", FieldType.Text)]);
        batch.Widen(wider);
        new RecordMapper(wider, true, true).Map("""{"id":"2","extra":"e"}"""u8, false, batch).IsAdded.ShouldBeTrue();

        Text(batch, 0, "customer").ShouldBe("a");
        batch.Row(0)[^1].IsNull.ShouldBeTrue();
        Encoding.UTF8.GetString(batch.Bytes(batch.Row(1)[^1])).ShouldBe("e");
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02 03:04:05.5+0130", "2026-01-02T01:34:05.5Z")]
    [InlineData("2026-01-02", "2026-01-02T00:00:00Z")]
    [InlineData("2024-02-29T23:59:59-11:00", "2024-03-01T10:59:59Z")]
    public void Instants_are_read_with_their_offset_and_never_by_the_machines_time_zone(string text, string utc)
    {
        CellReader.TryInstant(text, out var instant).ShouldBeTrue();
        instant.ShouldBe(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("TargetPartyName", "target_party_name")]
    [InlineData("Italy Stripe Payments", "italy_stripe_payments")]
    [InlineData("CH-Stripe-2024", "ch_stripe_2024")]
    [InlineData("OptyId", "opty_id")]
    [InlineData("already_snake", "already_snake")]
    [InlineData("HTTPStatus", "http_status")]
    [InlineData("---", "field")]
    public void Names_become_snake_case(string name, string column) => ColumnNames.SnakeCase(name).ShouldBe(column);

    private static RowBatch Map(string record)
    {
        var batch = new RowBatch(Stream);
        new RecordMapper(Stream, false, true).Map(Encoding.UTF8.GetBytes(record), false, batch).Problem.ShouldBeNull();
        return batch;
    }

    private static string Text(RowBatch batch, int row, string field)
    {
        var at = Stream.Fields.Index().First(entry => entry.Item.Name == field).Index;
        return Encoding.UTF8.GetString(batch.Bytes(batch.Row(row)[at]));
    }
}
