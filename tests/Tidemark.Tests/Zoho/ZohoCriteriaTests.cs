using System.Text;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoCriteriaTests
{
    private static readonly ZohoModule Contacts = new("Contacts",
    [
        new("Last_Name", "text", "string"), new("Fully_Onboarded", "boolean", "boolean"), new("Rate", "currency", "double"),
        new("Modified_Time", "datetime", "string"),
    ]);

    [Theory]
    [InlineData("(Last_Name:equals:Smith)", "Last_Name = 'Smith'")]
    [InlineData("((Last_Name:equals:O'Brien)and(Fully_Onboarded:equals:true))", "(Last_Name = 'O\\'Brien' and Fully_Onboarded = true)")]
    [InlineData("((Last_Name:starts_with:S) or (Rate:greater_than:1.50) or (Rate:between:2,3))",
        "(Last_Name like 'S%' or (Rate > 1.50 or Rate between 2 and 3))")]
    [InlineData(@"(Last_Name:equals:Burns\, B \(Jr\))", "Last_Name = 'Burns, B (Jr)'")]
    [InlineData(@"(Last_Name:in:A,B\,C)", "Last_Name in ('A', 'B,C')")]
    [InlineData("(Last_Name:not_equal:A)", "Last_Name not in ('A')")]
    [InlineData("(Modified_Time:greater_equal:2028-04-19T05:58:06+05:30)", "Modified_Time >= '2028-04-19T05:58:06+05:30'")]
    public void Criteria_become_a_query(string criteria, string query) =>
        ZohoQuery.Where(ZohoCriteria.Parse(criteria), Contacts).ShouldBe(query);

    [Theory]
    [InlineData("Last_Name:equals:Smith")]
    [InlineData("(Last_Name:equals:Smith")]
    [InlineData("(Last_Name:contains:Smith)")]
    [InlineData("(Last_Name:equals:Smith))")]
    [InlineData("((A:equals:1)and(B:equals:2)or(C:equals:3))")]
    [InlineData("(Name' or 1=1:equals:2)")]
    [InlineData("(Rate:between:1)")]
    public void Criteria_that_mean_nothing_are_refused_with_their_place(string criteria) =>
        Should.Throw<TidemarkException>(() => ZohoCriteria.Parse(criteria)).Code.ShouldBe("zoho.criteria_invalid");

    [Theory]
    [InlineData("(Company:equals:ABC)", """{"Company":"ABC Inc"}""", false)]
    [InlineData("(Company:equals:ABC)", """{"Company":"abc"}""", true)]
    [InlineData("(Company:equals:ABC)", """{"Company":null}""", false)]
    [InlineData("(Company:equals:ABC)", """{"Other":1}""", true)]
    [InlineData("(Amount:equals:10)", """{"Amount":10.00}""", true)]
    [InlineData("(Amount:greater_than:9)", """{"Amount":10}""", true)]
    [InlineData("(Done:equals:true)", """{"Done":false}""", false)]
    [InlineData("(At:less_than:2028-01-01T00:00:00Z)", """{"At":"2028-01-01T01:00:00+02:00"}""", true)]
    [InlineData("(Account_Name:equals:7)", """{"Account_Name":{"id":"7","name":"Acme"}}""", true)]
    [InlineData("(Account_Name:not_equal:Acme)", """{"Account_Name":{"id":"7","name":"Acme"}}""", false)]
    [InlineData("(Tags:equals:b)", """{"Tags":["a","b"]}""", true)]
    [InlineData("((A:equals:1)and((B:equals:2)or(C:equals:3)))", """{"A":1,"B":0,"C":3}""", true)]
    public void A_record_is_held_against_the_criteria_again(string criteria, string record, bool matches) =>
        ZohoFilter.Matches(ZohoCriteria.Parse(criteria), Encoding.UTF8.GetBytes(record)).ShouldBe(matches);

    [Fact]
    public void A_setting_may_hold_the_criteria_of_several_modules()
    {
        const string Setting = @"Leads=(A:equals:x;\)y);Deals=((B:equals:1)and(C:equals:2))";

        ZohoCriteria.Of(Setting, "Leads").ShouldBe(ZohoCriteria.Parse(@"(A:equals:x;\)y)"), Comparison);
        ZohoCriteria.Of(Setting, "Deals").ShouldBeOfType<ZohoCriteria.Group>().All.ShouldBeTrue();
        ZohoCriteria.Of(Setting, "Contacts").ShouldBeNull();
        ZohoCriteria.Of("(A:equals:1)", "Anything").ShouldNotBeNull();
    }

    private static readonly IEqualityComparer<ZohoCriteria?> Comparison =
        EqualityComparer<ZohoCriteria?>.Create((one, other) => Text(one) == Text(other), criteria => Text(criteria).Length);

    private static string Text(ZohoCriteria? criteria) => criteria is null ? "" : ZohoQuery.Where(criteria, Contacts);
}
