using System.Text;
using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Close;

public sealed class CloseCustomFieldTests
{
    [Theory]
    [InlineData("text", false, FieldType.Text)]
    [InlineData("textarea", false, FieldType.Text)]
    [InlineData("hidden", false, FieldType.Text)]
    [InlineData("user", false, FieldType.Text)]
    [InlineData("contact", false, FieldType.Text)]
    [InlineData("choices", false, FieldType.Text)]
    [InlineData("choices", true, FieldType.Json)]
    [InlineData("user", true, FieldType.Json)]
    [InlineData("number", false, FieldType.Decimal)]
    [InlineData("date", false, FieldType.Date)]
    [InlineData("datetime", false, FieldType.Timestamp)]
    [InlineData("of_tomorrow", false, FieldType.Text)]
    public void A_column_has_the_type_of_its_field(string type, bool isMultiple, FieldType expected) =>
        Columns(["name"], new CloseCustomField("cf_1", "Any", type, isMultiple, "2024", ["lead"]))
            .ShouldHaveSingleItem().Type.ShouldBe(expected);

    [Fact]
    public void Columns_are_named_as_people_named_the_fields_and_of_two_with_one_name_the_older_keeps_it()
    {
        var columns = Columns(["id", "name"],
            new("cf_b", "industry", "text", false, "2025-01-01", ["lead"]),
            new("cf_a", "Industry", "text", false, "2024-01-01", ["lead"]),
            new("cf_c", "Name", "text", false, "2024-02-01", ["lead"]),
            new("cf_d", "Segment/Tier", "text", false, "2024-03-01", ["lead"]),
            new("cf_e", "Role", "text", false, "2024-03-01", ["contact"]));
        columns.Select(column => (column.Name, column.Path)).ShouldBe(
        [
            ("industry", "custom.cf_a"), ("name_2", "custom.cf_c"), ("segment_tier", "custom.cf_d"),
            ("industry_2", "custom.cf_b"),
        ]);
        columns[2].OrPath.ShouldBe("custom/Segment~1Tier");
    }

    [Theory]
    [InlineData(""","associations":[{"object_type":"lead"}]""", "lead")]
    [InlineData(""","associations":[{"object_type":"custom_activity_type"}]""", "activity")]
    [InlineData("", "lead contact opportunity activity")]
    public void A_shared_field_is_a_column_of_what_it_is_used_on(string associations, string expected)
    {
        var record = Encoding.UTF8.GetBytes($$"""{"id":"cf_1","name":"A"{{associations}}}""");
        string.Join(' ', CloseCustomField.Read("shared", record)!.On).ShouldBe(expected);
    }

    [Fact]
    public async Task More_custom_fields_than_a_page_has_are_all_found()
    {
        await using var bench = await CloseBench.StartAsync(size: 5);
        await bench.MutateAsync("custom_fields", new { create = 130 });
        await bench.ShouldEqualTheSourceAsync(WriteMode.Merge, "custom_fields");
        (await bench.TruthAsync("custom_fields")).Count.ShouldBeGreaterThan(130);
    }

    [Theory]
    [InlineData("flat")]
    [InlineData("dictionary")]
    public async Task Values_stand_in_their_columns_in_either_form(string form)
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.SetAsync(new { custom_form = form });
        await bench.SyncAsync(WriteMode.Merge, "leads", "contacts", "activities");

        (await bench.ValuesAsync("leads", "industry")).Count.ShouldBeGreaterThan(50);
        (await bench.ValuesAsync("leads", "industry_2")).Count.ShouldBeGreaterThan(3);
        (await bench.ValuesAsync("leads", "name_2")).ShouldNotBeEmpty();
        (await bench.ValuesAsync("leads", "product_tags")).ShouldAllBe(tags => tags.StartsWith('['));
        (await bench.ValuesAsync("leads", "segment_tier")).ShouldNotBeEmpty();
        (await bench.ValuesAsync("leads", "region")).ShouldNotBeEmpty();
        (await bench.ValuesAsync("leads", "typeof(employees)")).Distinct().ShouldNotBe(["null"]);
        (await bench.ValuesAsync("contacts", "役職")).ShouldNotBeEmpty();
        (await bench.ValuesAsync("contacts", "region")).ShouldNotBeEmpty();
        (await bench.ValuesAsync("activities", "score")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Instants_keep_their_moment_whatever_their_offset()
    {
        await using var bench = await CloseBench.StartAsync();
        await bench.SyncAsync(WriteMode.Merge, "leads");
        var rows = await bench.RowsAsync("leads", "id || '|' || coalesce(last_demo, '')");
        var fields = await bench.TruthAsync("custom_fields");
        var field = fields.Single(one => (string)one.Value["name"]! == "Last Demo").Key;
        var found = 0;
        foreach (var (key, record) in rows)
        {
            if ((string?)record[$"custom.{field}"] is not { } wire) continue;
            found++;
            Instant(key.Split('|')[1]).ShouldBe(Instant(wire));
        }

        found.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Shared_fields_that_do_not_say_what_they_are_used_on_are_columns_of_everything()
    {
        await using var bench = await CloseBench.StartAsync(60);
        await bench.SetAsync(new { tells_associations = false });
        await bench.SyncAsync(WriteMode.Merge, "opportunities");
        (await bench.ValuesAsync("opportunities", "region")).ShouldBeEmpty();
        (await bench.ValuesAsync("opportunities", "campaign")).ShouldNotBeEmpty();
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(
        text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    private static IReadOnlyList<Field> Columns(string[] taken, params CloseCustomField[] fields) =>
        CloseCustomField.Columns(fields, "lead", taken);
}
