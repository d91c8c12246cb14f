using System.Text;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoColumnsTests
{
    [Theory]
    [InlineData("currency", "double", FieldType.Decimal)]
    [InlineData("bigint", "string", FieldType.Int64)]
    [InlineData("autonumber", "string", FieldType.Text)]
    [InlineData("datetime", "string", FieldType.Timestamp)]
    [InlineData("date", "string", FieldType.Date)]
    [InlineData("boolean", "boolean", FieldType.Boolean)]
    [InlineData("multiselectpicklist", "jsonarray", FieldType.Json)]
    [InlineData("formula", "double", FieldType.Decimal)]
    [InlineData("formula", "string", FieldType.Text)]
    [InlineData("something_new", "jsonobject", FieldType.Json)]
    [InlineData("something_new", null, FieldType.Text)]
    public void A_field_has_the_type_of_its_metadata(string dataType, string? jsonType, FieldType type) =>
        ZohoColumns.TypeOf(new ZohoField("Field", dataType, jsonType)).ShouldBe(type);

    [Fact]
    public void Tags_are_a_list_whatever_the_metadata_calls_them() =>
        ZohoColumns.TypeOf(new ZohoField("Tag", "text", "string")).ShouldBe(FieldType.Json);

    [Fact]
    public void A_lookup_becomes_an_id_and_a_name_beside_a_field_that_is_called_like_them()
    {
        var schema = new ZohoModule("Deals",
            [new("Account_Name", "lookup", "jsonobject"), new("Account_ID", "text", "string"), new("Owner", "ownerlookup", "jsonobject")]).Schema;

        schema.Fields.Select(field => (field.Name, field.Path)).ShouldBe(
        [
            ("id", "id"), ("account_id_2", "Account_Name/id"), ("account_name", "Account_Name/name"), ("account_id", "Account_ID"),
            ("owner_id", "Owner/id"), ("owner_name", "Owner/name"), ("currency_symbol", "$currency_symbol"),
        ]);
    }

    [Fact]
    public void More_than_fifty_fields_are_asked_for_in_groups_that_a_call_takes()
    {
        var fields = Enumerable.Range(0, 130).Select(number => new ZohoField($"A_rather_long_name_of_a_field_{number}", "text", "string"))
            .Append(new("Modified_Time", "datetime", "string")).Append(new("Lines", "subform", "jsonarray")).ToList();
        var groups = new ZohoModule("Custom", fields).FieldGroups;

        groups.ShouldAllBe(group => group.Length <= 1024 && group.Split(',', StringSplitOptions.None).Length <= 50);
        groups[0].ShouldStartWith("Modified_Time,");
        groups.SelectMany(group => group.Split(',')).Order().ShouldBe(
            fields.Where(field => field.DataType != "subform").Select(field => field.ApiName).Order());
    }

    [Fact]
    public void Groups_of_fields_make_one_record_without_any_field_twice()
    {
        var parts = new[] { """{"id":"1","A":{"B":[1]},"$state":"save"}""", """{"C":"\u00e9,}","id":"1","$state":"save"}""", "{}" }
            .Select(part => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(part)).ToList();

        Encoding.UTF8.GetString(JsonProperties.Join(parts, new HashSet<string>(StringComparer.Ordinal).Add)).ShouldBe("""{"id":"1","A":{"B":[1]},"$state":"save","C":"\u00e9,}"}""");
    }
}
