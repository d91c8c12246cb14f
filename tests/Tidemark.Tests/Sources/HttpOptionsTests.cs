using System.Globalization;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Connectors.Oracle;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>What sources over HTTP have in common keeps each connector's own limits and defaults.</summary>
public sealed class HttpOptionsTests
{
    [Fact]
    public void Every_setting_of_a_connector_stands_once_and_is_described()
    {
        foreach (var spec in CompiledConnectors.Catalog().All.Select(connector => connector.Spec))
        {
            spec.Settings.Select(setting => setting.Name).ShouldBeUnique(spec.Name);
            spec.Settings.ShouldAllBe(setting => setting.Description.Length > 0, spec.Name);
        }
    }

    [Theory]
    [InlineData("stripe", "overlap", 0, 86_400)]
    [InlineData("zoho", "overlap", 0, 86_400)]
    [InlineData("oracle", "overlap", 0, 86_400)]
    [InlineData("close", "overlap", 300, 86_400)]
    [InlineData("square", "overlap", 0, 604_800)]
    [InlineData("graphql", "overlap", 0, 604_800)]
    [InlineData("stripe", "timeout", 1, 600)]
    [InlineData("oracle", "timeout", 1, 600)]
    [InlineData("close", "retries", 0, 20)]
    public void A_setting_keeps_its_limits_and_says_them(string connector, string setting, int least, int most)
    {
        foreach (var (value, isTaken) in new[] { (least - 1, false), (least, true), (most, true), (most + 1, false) })
            Problems(connector, setting, value).Any(problem => problem.Code == "setting.invalid").ShouldBe(!isTaken, $"{value}");
        Spec(connector).Find(setting)!.Bounds.ShouldBe($"from {least} to {most}");
    }

    [Theory]
    [InlineData("stripe", 60)]
    [InlineData("oracle", 120)]
    public void A_default_that_differs_is_the_connectors_own(string connector, int seconds)
    {
        HttpOptions options = connector == "oracle" ? new OracleOptions() : new StripeOptions();
        options.ApiAt(new Uri("https://api.example")).Timeout.ShouldBe(TimeSpan.FromSeconds(seconds));
        Spec(connector).Find("timeout")!.Default.ShouldBe($"{seconds}");
    }

    private static ConnectorSpec Spec(string connector) => CompiledConnectors.Catalog().Find(connector)!.Spec;

    private static List<Problem> Problems(string connector, string setting, int value)
    {
        var problems = new List<Problem>();
        var settings = new Dictionary<string, string> { [setting] = value.ToString(CultureInfo.InvariantCulture) };
        SettingsBinder.Bind(Spec(connector), settings, "source", problems);
        return problems;
    }
}
