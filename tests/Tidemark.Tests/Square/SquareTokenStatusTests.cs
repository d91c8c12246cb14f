using System.Text.Json;
using Shouldly;
using Tidemark.Connectors.Square;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Square;

/// <summary>What Square's status of a token says, on a day of ours.</summary>
public sealed class SquareTokenStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"expires_at":"2026-12-20T12:00:00Z"}""", "expires on 2026-12-20, in 28 days")]
    [InlineData("""{"expires_at":"2026-11-25T12:00:00Z"}""", "expires on 2026-11-25, in 3 days: renew it now")]
    [InlineData("""{"expires_at":""}""", "does not expire")]
    [InlineData("{}", "does not expire")]
    public void How_long_the_token_is_good_for_is_told(string status, string told) =>
        Read(status).Facts.ShouldContain(new KeyValuePair<string, string>("token", told));

    [Fact]
    public void Every_missing_permission_is_said_with_the_streams_that_need_it()
    {
        var problems = Read("""{"scopes":["MERCHANT_PROFILE_READ","ORDERS_READ"]}""").Problems;
        problems.Select(problem => problem.Message).ShouldBe(
            ["The access token lacks the permission ITEMS_READ.", "The access token lacks the permission INVENTORY_READ."]);
        problems[0].Streams.ShouldBe(["catalog_categories", "catalog_items", "catalog_variations", "catalog_inventory"]);
        problems[1].Subject.ShouldBe("streams catalog_inventory");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"scopes":[]}""")]
    public void A_status_that_names_no_permissions_says_nothing_of_them(string status) => Read(status).Problems.ShouldBeEmpty();

    private static SourceCheck Read(string status)
    {
        using var parsed = JsonDocument.Parse(status);
        return SquarePermissions.Read(parsed.RootElement, SquareBench.Streams, Now);
    }
}
