using System.ComponentModel.DataAnnotations;
using Shouldly;
using Tidemark.Connectors.Oracle;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Oracle;

public sealed class OracleListingTests
{
    private const long Noon = 1_762_862_400; // 2025-11-11T12:00:00Z

    [Theory]
    [InlineData(null, 4, "CreationDate >= '2025-11-11T12:00:00+00:00' and CreationDate < '2025-11-11T13:00:00+00:00'", "CreationDate:asc,OptyId:asc")]
    [InlineData(null, 1, "CreationDate>=2025-11-11T12:00:00Z and <2025-11-11T13:00:00Z", "CreationDate:asc,OptyId:asc")]
    [InlineData("1762862460", 4, "CreationDate >= '2025-11-11T12:01:00+00:00' and CreationDate < '2025-11-11T13:00:00+00:00'", "CreationDate:asc,OptyId:asc")]
    [InlineData("1762862460/", 4, "CreationDate >= '2025-11-11T12:01:00+00:00' and CreationDate < '2025-11-11T12:01:01+00:00'", "OptyId:desc")]
    [InlineData("1762862460/300000000000123", 4, "CreationDate >= '2025-11-11T12:01:00+00:00' and CreationDate < '2025-11-11T12:01:01+00:00' and OptyId < 300000000000123", "OptyId:desc")]
    [InlineData("1762862460/300000000000123", 1, "CreationDate>=2025-11-11T12:01:00Z and <2025-11-11T12:01:01Z;OptyId<300000000000123", "OptyId:desc")]
    public void A_page_is_asked_for_by_time_and_id_in_the_syntax_of_the_version(
        string? position, int version, string filter, string order)
    {
        var call = Listing(version).Call(new Slice { From = Noon, To = Noon + 3600, Position = position });

        call.Query.ShouldContain(new KeyValuePair<string, string>("q", filter));
        call.Query.ShouldContain(new KeyValuePair<string, string>("orderBy", order));
        call.Query.ShouldContain(new KeyValuePair<string, string>("limit", "100"));
        call.Query.ShouldAllBe(pair => pair.Key != "offset");
    }

    [Fact]
    public void A_listing_without_bounds_has_no_filter() =>
        Listing(4).Call(new Slice()).Query.ShouldAllBe(pair => pair.Key != "q");

    [Theory]
    [InlineData(1, "A=1;RecordSet='ALL'")]
    [InlineData(2, "A=1 and RecordSet='ALL'")]
    public void Conditions_are_joined_as_the_version_wants(int version, string joined) =>
        new OracleQuery(version).All("A=1", null, "", "RecordSet='ALL'").ShouldBe(joined);

    [Theory]
    [InlineData("opportunities.Practice_c", "Practice_c", null)]
    [InlineData("leads.Score_c:decimal", "Score_c", FieldType.Decimal)]
    [InlineData(" leads.Since_c : timestamp", "Since_c", FieldType.Timestamp)]
    public void An_extra_field_has_a_stream_a_name_and_maybe_a_type(string text, string name, FieldType? type)
    {
        var field = OracleExtraField.Parse(text).ShouldNotBeNull();

        field.Name.ShouldBe(name);
        field.Type.ShouldBe(type);
    }

    [Theory]
    [InlineData("Practice_c")]
    [InlineData("horses.Practice_c")]
    [InlineData("leads.Score_c:number")]
    [InlineData("leads.Score c")]
    [InlineData("leads.")]
    [InlineData("leads.a,b")]
    public void What_is_no_extra_field_is_refused_with_an_example(string text)
    {
        OracleExtraField.Parse(text).ShouldBeNull();
        ValidationAttribute rule = new OracleExtraFieldsAttribute();
        rule.IsValid(new[] { text }).ShouldBeFalse();
        rule.FormatErrorMessage("extra_fields").ShouldContain("opportunities.Score_c:decimal");
    }

    [Theory]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    [InlineData("""{"items":[{}],"count":1,"hasMore":false}""", false)]
    [InlineData("""{"items":[{}],"count":1,"hasMore":true}""", true)]
    [InlineData("""{"links":[]}""", true)]
    [InlineData("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]", true)]
    public void Children_that_may_be_cut_off_are_known_by_their_flag_or_their_number(string child, bool isCut) =>
        OracleChildren.IsCut(System.Text.Encoding.UTF8.GetBytes(child)).ShouldBe(isCut);

    [Theory]
    [InlineData("MyOpportunitiesFinder;RecordSet='ALLOPTIES'", "", false)]
    [InlineData("MyOpportunitiesFinder;RecordSet='ALLOPTIES'", "RecordSet = 'ALL'", false)]
    [InlineData("MyOpportunitiesFinder;RecordSet='TEAM'", "", true)]
    [InlineData("MyOpportunitiesFinder;RecordSet='ALLOPTIES'", "StatusCode = 'OPEN'", true)]
    [InlineData("", "", true)]
    public void A_narrower_scope_than_everything_is_warned_about(string finder, string query, bool warns) =>
        OracleScope.Describe(new OracleOptions { OpportunityFinder = finder, OpportunityQuery = query })
            .StartsWith("WARNING", StringComparison.Ordinal).ShouldBe(warns);

    private static OracleListing Listing(int version) =>
        new(HttpCall.Get("/opportunities"), "OptyId", "CreationDate", new OracleQuery(version), null, 100);
}
