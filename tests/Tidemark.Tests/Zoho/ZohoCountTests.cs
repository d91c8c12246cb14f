using Shouldly;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoCountTests
{
    private const string CountPath = "/crm/v8/Leads/actions/count";

    [Fact]
    public async Task Leads_that_became_contacts_are_counted_as_they_are_read()
    {
        await using var bench = await ZohoBench.StartAsync(60, ("modules", "Leads"));
        var truth = await bench.TruthAsync("leads");
        truth.Values.ShouldContain(lead => (bool)lead["$converted"]!);

        (await bench.TestAsync()).Streams.ShouldBe([new("leads", truth.Count)]);
        (await bench.CountAsync(CountPath)).ShouldBe(1);
    }

    [Fact]
    public async Task P3_With_criteria_the_count_is_unknown()
    {
        await using var bench = await ZohoBench.StartAsync(20, ("modules", "Contacts"), ("criteria", "(Email_Opt_Out:equals:false)"));

        (await bench.TestAsync()).Streams.ShouldBe([new("contacts", null)]);
    }

    [Fact]
    public async Task Without_the_scope_nothing_is_asked_and_no_token_is_spent()
    {
        await using var bench = await ZohoBench.StartAsync(20, ("modules", "Leads"));
        await bench.SetAsync(new { scope = "ZohoCRM.modules.ALL ZohoCRM.settings.fields.READ" });
        var test = await bench.TestAsync();

        test.Problems.ShouldBeEmpty();
        test.Streams.ShouldBe([new("leads", null)]);
        (await bench.CountAsync(CountPath)).ShouldBe(0);
        (await bench.CountAsync("/oauth/v2/token")).ShouldBe(1);
    }
}
