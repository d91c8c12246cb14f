using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class PageScanTests
{
    [Theory]
    [InlineData("""{"has_more":true,"data":[{"id":"a"},{"id":"b","data":[1]}],"url":"/x"}""", "data", 2)]
    [InlineData("""[{"id":"a"},{"id":"b"}]""", "", 2)]
    [InlineData("""{"id":"a","data":[{}]}""", "", 1)]
    [InlineData("""{"result":{"items":[{"id":1}]}}""", "result/items", 1)]
    [InlineData(""" { "data" : [ ] , "has_more" : true } """, "data", 0)]
    [InlineData("""{"data":{"id":"one"},"has_more":true}""", "data", 1)]
    public void Records_are_found_where_the_shape_says(string json, string records, int count) =>
        Scan(json, new PageShape(records)).Count.ShouldBe(count);

    [Theory]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"error":"no"}""")]
    [InlineData("[]")]
    [InlineData("3")]
    public void A_page_without_a_place_for_records_has_none(string json) =>
        PageScan.Read(Encoding.UTF8.GetBytes(json), new PageShape("data")).Records.ShouldBeNull();

    [Fact]
    public void A_record_is_its_own_bytes_wherever_it_stands()
    {
        const string First = """{ "id" : "ä\"]}" , "n": [ { } ] }""";
        Scan("\uFEFF{\"data\":[ " + First + " , 2]}", new PageShape("data")).ShouldBe([First, "2"]);
    }

    [Fact]
    public void Scalars_of_the_envelope_are_picked_as_text()
    {
        var shape = new PageShape("data", "has_more", "info/next_page_token", "info/count", "missing", "info/none");
        var scan = PageScan.Read(
            """{"info":{"count":2.50,"other":{"count":1},"next_page_token":"a\u0062","none":null},"data":[],"has_more":true}"""u8, shape);
        scan.Picked.ShouldBe(["true", "ab", "2.50", null, null]);
    }

    [Fact]
    public void A_flag_of_a_record_is_not_taken_for_one_of_the_envelope() =>
        PageScan.Read("""{"data":[{"has_more":true}],"x":{"has_more":true}}"""u8, new PageShape("data", "has_more"))
            .Picked.ShouldBe([null]);

    [Fact]
    public void Every_way_to_cut_a_page_short_is_noticed()
    {
        var page = """{"data":[{"id":"a","n":[1,{"x":null}]},{"id":"b"}],"has_more":false}"""u8.ToArray();
        for (var length = 0; length < page.Length; length++)
        {
            var cut = page[..length];
            Should.Throw<JsonException>(() => PageScan.Read(cut, new PageShape("data", "has_more")).Records);
        }
    }

    [Fact]
    public void What_follows_a_page_is_noticed() =>
        Should.Throw<JsonException>(() => PageScan.Read("{\"data\":[]}{\"data\":[]}"u8, new PageShape("data")).Records);

    [Fact]
    public void A_page_is_scanned_without_allocating_for_its_values()
    {
        var page = Customers(100);
        var shape = new PageShape("data", "has_more");
        PageScan.Read(page, shape);
        var before = GC.GetAllocatedBytesForCurrentThread();
        PageScan.Read(page, shape);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8_000);
    }

    [Theory]
    [InlineData("id", "a")]
    [InlineData("in/ner", "5")]
    [InlineData("in", """{"ner":5,"id":"x"}""")]
    [InlineData("none", null)]
    [InlineData("nothing", null)]
    [InlineData("id/x", null)]
    public void A_value_is_found_by_its_path(string path, string? text)
    {
        var json = """{"in":{"ner":5,"id":"x"},"none":null,"id":"a"}"""u8;
        JsonPlace.Find(json, path)?.Text(json).ShouldBe(text);
    }

    private static List<string> Scan(string json, PageShape shape)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return [.. PageScan.Read(bytes, shape).Records!.Select(record => Encoding.UTF8.GetString(bytes, record.Start, record.Length))];
    }

    /// <summary>Customers of about 1.2 KB.</summary>
    private static byte[] Customers(int count) => Encoding.UTF8.GetBytes("""{"object":"list","data":[""" + string.Join(',', Enumerable.Range(0, count).Select(at => $$"""
        {"id":"cus_{{at:00000000000000}}","object":"customer","address":{"city":"Torino","country":"IT","line1":"Via Roma {{at}}","line2":null,"postal_code":"10121","state":null},"balance":{{at}},"created":{{1_700_000_000 + at}},"currency":"eur","default_source":null,"delinquent":false,"description":"A customer who was imported from the register of the year before last","discount":null,"email":"customer{{at}}@example.com","invoice_prefix":"AB{{at}}","invoice_settings":{"custom_fields":null,"default_payment_method":"pm_{{at}}","footer":null,"rendering_options":null},"livemode":false,"metadata":{"crm_id":"{{at}}","segment":"enterprise","source":"import"},"name":"Customer number {{at}}","next_invoice_sequence":{{at}},"phone":"+39 011 {{at}}","preferred_locales":["it","en"],"shipping":{"address":{"city":"Torino","country":"IT","line1":"Via Roma {{at}}","line2":null,"postal_code":"10121","state":null},"name":"Customer number {{at}}","phone":null},"tax_exempt":"none","test_clock":null}
        """)) + """],"has_more":true,"url":"/v1/customers"}""");
}
