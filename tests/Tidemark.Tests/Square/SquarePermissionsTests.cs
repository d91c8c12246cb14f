using Shouldly;
using Tidemark.Connectors.Square;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Square;

public sealed class SquarePermissionsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Missing_permissions_are_found_at_once_whether_or_not_the_status_names_them(bool namesScopes)
    {
        await using var bench = await SquareBench.StartAsync(5);
        await bench.SetAsync(new { scopes = new[] { "MERCHANT_PROFILE_READ" }, names_scopes = namesScopes });

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.Select(problem => problem.Code).ShouldAllBe(code => code == SquareErrors.PermissionMissing);
        refused.Problems.Select(problem => problem.Message[^(problem.Message.Length - problem.Message.LastIndexOf(' ') - 1)..].TrimEnd('.'))
            .Order().ShouldBe(["INVENTORY_READ", "ITEMS_READ", "ORDERS_READ"]);
        (await bench.TablesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_permission_that_no_wanted_stream_needs_is_not_missed()
    {
        await using var bench = await SquareBench.StartAsync(5);
        await bench.SetAsync(new { scopes = new[] { "MERCHANT_PROFILE_READ", "ITEMS_READ" } });
        var result = await bench.SyncAsync(WriteMode.Merge, "locations", "catalog_items");
        result.Status.ShouldBe(RunStatus.Succeeded);
    }

    [Theory]
    [InlineData("ACCESS_TOKEN_EXPIRED", "square.token_expired")]
    [InlineData("ACCESS_TOKEN_REVOKED", "square.token_revoked")]
    [InlineData("UNAUTHORIZED", "square.unauthorized")]
    public async Task A_token_that_is_no_longer_good_is_one_problem(string said, string code)
    {
        await using var bench = await SquareBench.StartAsync(5);
        await bench.SetAsync(new { refusal_code = said });
        await bench.FaultAsync(new { fault = "expire" });
        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());
        refused.Problems.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_check_tells_whose_the_token_is_and_which_version_is_asked()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 5 }, cancel);
        var options = new SquareOptions { AccessToken = new Secret("tidemark"), BaseUrl = sandbox.Vendors["square"], AllowPrivateNetwork = true };
        await using var source = new SquareConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var check = await source.CheckAsync(cancel);
        check.Problems.ShouldBeEmpty();
        check.Facts.Select(fact => $"{fact.Key}: {fact.Value}").ShouldBe(
            ["environment: production", "version: 2025-08-20", "merchant: MLTIDEMARK", "token: does not expire"]);
    }
}
