using Shouldly;
using Tidemark.Connectors.Oracle;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Oracle;

public sealed class OracleCheckTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_facts_tell_versions_and_scope()
    {
        await using var bench = await OracleBench.StartAsync(size: 40);
        await using var source = bench.Open();

        var check = await source.CheckAsync(Stop);

        check.Problems.Select(problem => problem.Message).ShouldBeEmpty();
        Fact(check, "framework").ShouldBe("4");
        Fact(check, "scope").ShouldBe("all opportunities that the user may see");
    }

    [Fact]
    public async Task A_tenant_that_refuses_totals_is_read_all_the_same()
    {
        await using var bench = await OracleBench.StartAsync(size: 40);
        await bench.SetAsync(new { total_refused = true });
        await using var source = bench.Open();

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        (await Should.ThrowAsync<TidemarkException>(() => source.EstimateAsync("opportunities", Stop))).Code.ShouldBe("oracle.refused");
        (await bench.ReadAsync(source, "opportunities")).Records.Count.ShouldBe(40);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MyOpportunitiesFinder;RecordSet='MYOPTIES'")]
    public async Task A_narrowed_scope_gives_fewer_records_and_a_warning(string finder)
    {
        await using var bench = await OracleBench.StartAsync(size: 200);
        await using var source = bench.Open(("opportunity_finder", finder));

        var (records, _) = await bench.ReadAsync(source, "opportunities");

        records.Count.ShouldBeLessThan(100);
        Fact(await source.CheckAsync(Stop), "scope").ShouldStartWith("WARNING");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    public async Task A_tenant_that_needs_the_record_set_in_the_filter_gets_it(string version)
    {
        await using var bench = await OracleBench.StartAsync(size: 100);
        await bench.SetAsync(new { needs_record_set = true });
        await using var plain = bench.Open(("framework_version", version));
        await using var wide = bench.Open(("framework_version", version), ("opportunity_query", "RecordSet='ALL'"));

        (await bench.ReadAsync(plain, "opportunities")).Records.Count.ShouldBe(25);
        (await bench.ReadAsync(wide, "opportunities")).Records.Count.ShouldBe(100);
        Fact(await wide.CheckAsync(Stop), "scope").ShouldBe("all opportunities that the user may see");
    }

    [Fact]
    public async Task A_framework_version_that_the_pod_does_not_allow_is_said_before_reading()
    {
        await using var bench = await OracleBench.StartAsync(size: 5);
        await bench.SetAsync(new { frameworks = 3 });
        await using var source = bench.Open();

        (await source.CheckAsync(Stop)).Problems.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""["1","2","3"]""", 4, false)]
    [InlineData("[1,2,3,4]", 4, true)]
    [InlineData(null, 4, true)]
    [InlineData("\"1-9\"", 4, true)]
    [InlineData("nonsense", 4, true)]
    public void Only_a_list_without_the_version_rules_it_out(string? list, int version, bool isAllowed) =>
        OracleFramework.IsAllowed(version, list).ShouldBe(isAllowed);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused_credentials_are_one_problem_that_does_not_show_them(bool withLoginPage)
    {
        await using var bench = await OracleBench.StartAsync(size: 5);
        await bench.SetAsync(new { login_page = withLoginPage });
        await using var source = bench.Open(("token", "s3cret-word"));

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe("oracle.unauthorized");
        $"{problem}".ShouldNotContain("s3cret-word");
    }

    [Fact]
    public async Task User_and_password_serve_as_well_as_a_token()
    {
        await using var bench = await OracleBench.StartAsync(size: 5);
        await using var source = bench.Open(("token", ""), ("username", "tidemark"), ("password", "tidemark"));

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_credentials_nothing_is_asked()
    {
        await using var bench = await OracleBench.StartAsync(size: 5);

        Should.Throw<TidemarkException>(() => bench.Open(("token", ""))).Code.ShouldBe("oracle.no_credentials");
    }

    [Fact]
    public async Task A_field_that_the_tenant_lacks_is_named_with_what_to_do()
    {
        await using var bench = await OracleBench.StartAsync(size: 5);
        await using var source = bench.Open(("extra_fields", "accounts.Nowhere_c"));

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe("oracle.refused");
        problem.Message.ShouldContain("Nowhere_c");
        problem.Hint!.ShouldContain("skip_fields");
    }

    private static string Fact(SourceCheck check, string name) => check.Facts.Single(fact => fact.Key == name).Value;
}
