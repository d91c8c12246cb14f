using System.Globalization;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>What sources over HTTP have in common keeps each connector's own limits and defaults.</summary>
public sealed class HttpOptionsTests
{
    [Fact]
    public void Every_setting_of_a_connector_stands_once_and_is_described()
    {
        foreach (var connector in ConnectorCatalog.All.Values)
        {
            var settings = SettingsBinder.Describe(connector.Options);
            settings.Select(setting => setting.Name).ShouldBeUnique(connector.Name);
            settings.ShouldAllBe(setting => setting.Description.Length > 0, connector.Name);
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
        SettingsBinder.Describe(ConnectorCatalog.All[connector].Options).Single(each => each.Name == setting).Description
            .ShouldContain($"{least} to {most}");
    }

    [Theory]
    [InlineData("stripe", 60)]
    [InlineData("oracle", 120)]
    public void A_default_that_differs_is_the_connectors_own(string connector, int seconds)
    {
        var options = (HttpOptions)Activator.CreateInstance(ConnectorCatalog.All[connector].Options)!;
        options.ApiAt(new Uri("https://api.example")).Timeout.ShouldBe(TimeSpan.FromSeconds(seconds));
        SettingsBinder.Describe(options.GetType()).Single(each => each.Name == "timeout").Description.ShouldEndWith($"Default {seconds}.");
    }

    private static List<Problem> Problems(string connector, string setting, int value)
    {
        var problems = new List<Problem>();
        var settings = new Dictionary<string, string> { [setting] = value.ToString(CultureInfo.InvariantCulture) };
        SettingsBinder.Bind(ConnectorCatalog.All[connector].Options, settings, "source", problems);
        return problems;
    }
}
