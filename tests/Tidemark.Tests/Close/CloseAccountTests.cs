using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Close;

public sealed class CloseAccountTests
{
    [Fact]
    public async Task A_check_says_whose_key_it_is()
    {
        await using var sandbox = await StartAsync();
        var check = await CheckAsync(sandbox, "api_tidemark");
        check.Problems.ShouldBeEmpty();
        check.Facts.ShouldBe([new("organization", "Northwind Traders"), new("user", "ada@example.com")]);
    }

    [Fact]
    public async Task A_refused_key_is_one_problem_that_does_not_show_it()
    {
        await using var sandbox = await StartAsync();
        var check = await CheckAsync(sandbox, "api_of_somebody_else");
        var problem = check.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("close.unauthorized");
        problem.ToString().ShouldNotContain("api_of_somebody_else");
    }

    [Theory]
    [InlineData("limit=100, remaining=50, reset=5", "reset", 5)]
    [InlineData("limit=100, remaining=0, reset=0.25", "reset", 0.25)]
    [InlineData("limit = 100; remaining = 0; reset = 2", "remaining", 0)]
    public void The_rate_header_is_read_by_its_members(string header, string member, double seconds) =>
        CloseRate.Member(header, member).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("limit=100, resets=3, reset=soon")]
    public void A_rate_header_of_another_make_says_nothing(string? header) =>
        CloseRate.Member(header, "reset").ShouldBeNull();

    private static Task<SandboxServer> StartAsync() =>
        SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 5 }, TestContext.Current.CancellationToken);

    private static async Task<SourceCheck> CheckAsync(SandboxServer sandbox, string key)
    {
        var options = new CloseOptions
        {
            ApiKey = new Secret(key),
            BaseUrl = sandbox.Vendors["close"],
            AllowPrivateNetwork = true,
        };
        await using var source = new CloseConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        return await source.CheckAsync(TestContext.Current.CancellationToken);
    }
}
