using Shouldly;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>From settings as written to a source that reads.</summary>
public sealed class StripeConnectorTests
{
    [Fact]
    public async Task The_connector_reads_over_a_real_connection()
    {
        var stripe = new PlayedStripe();
        stripe.Add("customers", "cus_1", 1_700_000_000);
        await using var server = new PlayedServer(request =>
        {
            lock (stripe) return stripe.Answer(request);
        });
        var problems = new List<Problem>();
        var connector = new StripeConnector();
        var options = SettingsBinder.Bind(connector.Spec, new Dictionary<string, string>
        {
            ["api_key"] = Played.Key,
            ["base_url"] = server.Address.AbsoluteUri,
            ["allow_private_network"] = "true",
            ["account"] = "acct_1",
            ["start_date"] = "2020-01-31",
            ["timeout"] = "5",
            ["overlap"] = "60",
        }, "source", problems);
        problems.ShouldBeEmpty();
        await using var source = connector.OpenSource(options, TimeProvider.System);
        var schema = (await source.DiscoverAsync(TestContext.Current.CancellationToken)).First(schema => schema.Name == "customers");
        (await Played.ReadAsync(source, new ReadRequest(schema, null))).Ids.ShouldBe(["cus_1"]);
        server.Requests.ShouldAllBe(request => request.Headers["Stripe-Account"] == "acct_1" && request.Headers["Authorization"] == $"Bearer {Played.Key}");
        (await source.CheckAsync(TestContext.Current.CancellationToken)).Facts.ShouldContain(new KeyValuePair<string, string>("mode", "test"));
    }

    [Theory]
    [InlineData("page_size", "101")]
    [InlineData("timeout", "0")]
    [InlineData("start_date", "2024-13-01")]
    [InlineData("parallel", "0")]
    [InlineData("overlap", "-1")]
    public void A_setting_out_of_its_limits_is_named(string name, string value)
    {
        var problems = new List<Problem>();
        SettingsBinder.Bind(new StripeConnector().Spec, new Dictionary<string, string> { ["api_key"] = "k", [name] = value }, "source", problems);
        problems.Single().Subject.ShouldContain(name);
    }
}
