using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoTokenTests
{
    private const string TokenPath = "/oauth/v2/token";

    [Fact]
    public async Task Streams_that_are_read_at_once_and_runs_after_each_other_share_one_token()
    {
        await using var bench = await ZohoBench.StartAsync(50);
        await bench.SetAsync(new { token_limit = 1 });

        await bench.SucceedsAsync(WriteMode.Merge);
        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.CountAsync(TokenPath)).ShouldBe(1);
        (await bench.RequestsAsync()).ToJsonString().ShouldNotContain("=tidemark&", customMessage: "no secret in the log but the client's id");
    }

    [Fact]
    public async Task A_token_that_expires_while_records_are_read_is_replaced_once()
    {
        await using var bench = await ZohoBench.StartAsync(450);
        await bench.FaultAsync(new { fault = "expire", path = "/crm/v8/Contacts", after = 2, times = 1 });

        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.CountAsync(TokenPath)).ShouldBe(2);
        await bench.ShouldEqualAsync("contacts");
    }

    [Fact]
    public async Task Tokens_are_not_used_up_on_an_api_that_refuses_all_of_them()
    {
        await using var bench = await ZohoBench.StartAsync(20);
        await bench.FaultAsync(new { fault = "expire", path = "/crm", times = -1 });

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync());

        refused.Kind.ShouldBe(FailureKind.Configuration);
        refused.Problems.ShouldContain(problem => problem.Code == "zoho.unauthorized");
        (await bench.CountAsync(TokenPath)).ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_throttled_accounts_server_is_waited_for(bool under200)
    {
        await using var bench = await ZohoBench.StartAsync(20);
        await bench.SetAsync(new { throttle_tokens = 2, token_errors_under_200 = under200 });

        await bench.SucceedsAsync(WriteMode.Merge);

        (await bench.CountAsync(TokenPath)).ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_throttle_that_lasts_is_not_called_a_refusal(bool under200)
    {
        var (bench, options) = await ZohoBench.OpenAsync(20, ("retries", "1"));
        await using var _ = bench;
        await bench.SetAsync(new { throttle_tokens = 100, token_errors_under_200 = under200 });
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var failed = await Should.ThrowAsync<TidemarkException>(() => source.DiscoverAsync(TestContext.Current.CancellationToken));

        failed.Kind.ShouldBe(FailureKind.Transient);
        failed.Code.ShouldBe("zoho.token_throttled");
    }

    [Theory]
    [InlineData("refresh_token", "zoho.refresh_token_refused", false)]
    [InlineData("refresh_token", "zoho.refresh_token_refused", true)]
    [InlineData("client_id", "zoho.client_refused", false)]
    [InlineData("client_secret", "zoho.client_secret_refused", true)]
    public async Task Refused_credentials_are_said_under_any_status_and_never_shown(string setting, string code, bool under200)
    {
        var (bench, options) = await ZohoBench.OpenAsync(20, (setting, "hush-hush"));
        await using var _ = bench;
        await bench.SetAsync(new { token_errors_under_200 = under200 });
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var check = await source.CheckAsync(TestContext.Current.CancellationToken);

        check.Problems.ShouldHaveSingleItem().Code.ShouldBe(code);
        check.Problems[0].ToString().ShouldNotContain("hush-hush");
        // A client that is not known may be one that was looked for in the wrong place; nothing else is tried again.
        (await bench.RequestsAsync())["recent"]!.AsArray().Count.ShouldBe(setting == "client_id" ? 2 : 1);
    }

    [Theory]
    [InlineData("query", 1)]
    [InlineData("form", 2)]
    public async Task The_accounts_server_may_read_the_parameters_of_the_query_or_those_of_a_form(string where, int asked)
    {
        await using var bench = await ZohoBench.StartAsync(20);
        await bench.SetAsync(new { token_parameters = where });

        await bench.SucceedsAsync(WriteMode.Merge);
        (await bench.CountAsync(TokenPath)).ShouldBe(asked);
        await bench.SetAsync(new { expire_tokens = true });
        await bench.SucceedsAsync(WriteMode.Replace);

        (await bench.CountAsync(TokenPath)).ShouldBe(asked + 1, "which of the two it is was learnt once");
        await bench.ShouldEqualAsync("leads");
    }

    [Theory]
    [InlineData("Zoho-oauthtoken", 0)]
    [InlineData("Bearer", 1)]
    public async Task The_api_may_want_its_own_scheme_or_Bearer(string scheme, int refused)
    {
        await using var bench = await ZohoBench.StartAsync(20);
        await bench.SetAsync(new { header_scheme = scheme });

        await bench.SucceedsAsync(WriteMode.Merge, "leads");
        await bench.SucceedsAsync(WriteMode.Replace, "leads");

        (await bench.CountAsync(TokenPath)).ShouldBe(1, "the token was not at fault");
        (await bench.RequestsAsync())["recent"]!.AsArray().Count(request => (int)request!["status"]! == 401).ShouldBe(refused);
        await bench.SetAsync(new { expire_tokens = true });
        await bench.SucceedsAsync(WriteMode.Replace, "leads");
        (await bench.CountAsync(TokenPath)).ShouldBe(2, "a token that expires is replaced under either scheme");
    }

    [Theory]
    [InlineData("https://www.zohoapis.eu", false, "https://www.zohoapis.eu/")]
    [InlineData(null, false, "https://www.zohoapis.com/")]
    [InlineData("https://sandbox.zohoapis.com", false, "https://sandbox.zohoapis.com/")]
    [InlineData("http://127.0.0.1:8104", true, "http://127.0.0.1:8104/")]
    public void Calls_go_where_the_token_says(string? apiDomain, bool hasOwnAccounts, string address) =>
        ZohoHosts.Api(new ZohoOptions { AccountsUrl = hasOwnAccounts ? new("http://127.0.0.1:8104/accounts") : null }, apiDomain)
            .AbsoluteUri.ShouldBe(address);

    [Theory]
    [InlineData("http://127.0.0.1:8105")]
    [InlineData("http://10.0.0.7:8104")]
    [InlineData("https://zohoapis.com.evil.example")]
    [InlineData("https://evilzohoapis.com")]
    [InlineData("https://www.zohoapis.com:8443")]
    public void H3_A_token_goes_to_no_host_or_port_that_is_neither_Zohos_nor_named_by_the_settings(string apiDomain) =>
        Should.Throw<TidemarkException>(() => ZohoHosts.Api(
            new ZohoOptions { AllowPrivateNetwork = true, AccountsUrl = new("http://127.0.0.1:8104") }, apiDomain)).Code.ShouldBe("zoho.api_domain_refused");

    [Theory]
    [InlineData("http://www.zohoapis.com")]
    [InlineData("ftp://www.zohoapis.com")]
    [InlineData("https://user@www.zohoapis.com")]
    [InlineData("https://www.zohoapis.com/elsewhere")]
    [InlineData("www.zohoapis.com")]
    public void A_token_goes_to_no_address_that_is_not_safe(string apiDomain)
    {
        Should.Throw<TidemarkException>(() => ZohoHosts.Api(new ZohoOptions(), apiDomain)).Code.ShouldBe("zoho.api_domain_refused");
        ZohoHosts.Api(new ZohoOptions { ApiUrl = new("https://api.example") }, apiDomain).Host.ShouldBe("api.example");
    }

    [Fact]
    public async Task A_token_without_an_address_is_used_at_the_configured_one()
    {
        var (bench, options) = await ZohoBench.OpenAsync(20);
        await using var _ = bench;
        await bench.SetAsync(new JsonObject { ["api_domain"] = null });
        options.ApiUrl = options.AccountsUrl;
        options.Modules = ["Leads"];
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var check = await source.CheckAsync(TestContext.Current.CancellationToken);

        check.Problems.ShouldBeEmpty();
        check.Facts.ShouldContain(fact => fact.Key == "api" && fact.Value == "127.0.0.1");
    }
}
