using Shouldly;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Tests.Alerts;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>Channels and alerts in definition files, in both catalogs.</summary>
public abstract class AlertFileTests : IDisposable
{
    private const string Channel = "channels:\n  - { name: ops, connector: box, settings: { password: s3cret } }\n";

    private readonly AlertHome _home;

    private protected AlertFileTests(TestHome home) => _home = new(home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Everything_about_alerts_comes_back_from_an_export_but_for_the_secrets()
    {
        await using var home = await _home.OpenAsync();
        var file = new DefinitionFile(home.Definitions, _ => null);
        await file.ApplyAsync(Channel + """
            alerts:
              - name: all
                events: [failed, partial, parked, late, schema_change, quarantine, volume, recovered, completed]
                pipelines: ["shop_*", crm]
                labels: [finance]
                channels: [ops]
                severity: critical
                delay: 30min
                group: 5min
                repeat: 1d
                over: 100
                quiet: { from: "22:00", to: "07:00", time_zone: Europe/Berlin }
              - { name: short, events: failed, channels: ops }
            """, TestHome.Cancelled);

        var all = await home.Definitions.Alerts.FindAsync("all", TestHome.Cancelled);
        all.Events.ShouldBe(Enum.GetValues<AlertEvent>());
        (all.Severity, all.Delay, all.Group, all.Repeat, all.Over, all.Quiet).ShouldBe((AlertSeverity.Critical, "30min", "5min", "1d", 100, new("22:00", "07:00") { TimeZone = "Europe/Berlin" }));
        (await home.Definitions.Alerts.FindAsync("short", TestHome.Cancelled)).Channels.ShouldBe(["ops"]);
        (await home.Definitions.Channels.FindAsync("ops", TestHome.Cancelled)).Settings["password"].ShouldBe("s3cret");
        (await _home.Catalog.AllBytesAsync()).ShouldNotContain("s3cret");
        var exported = await file.ExportAsync(TestHome.Cancelled);
        exported.ShouldNotContain("s3cret");
        (await file.ApplyAsync(exported, TestHome.Cancelled)).ShouldAllBe(each => each.Change == DefinitionChange.Unchanged, exported);
        var compared = await file.CompareAsync("alerts:\n  - { name: short, events: [failed, late], channels: ops }\n", prunes: true, TestHome.Cancelled);
        compared.Select(each => (each.Kind, each.Name, each.Change)).ShouldBe(
            [("alert", "short", DefinitionChange.Updated), ("alert", "all", DefinitionChange.Removed), ("channel", "ops", DefinitionChange.Removed)]);
    }

    [Theory]
    [InlineData("events: [failed]", "definition.key_missing")]
    [InlineData("channels: [ops]", "definition.key_missing")]
    [InlineData("channels: [ops], events: []", "definition.key_missing")]
    [InlineData("channels: [ops], events: [fialed]", "definition.invalid_value")]
    [InlineData("channels: [other], events: [failed]", "channel.unknown")]
    [InlineData("channels: [ops, ops], events: [failed]", "definition.duplicate")]
    [InlineData("channels: [ops], events: [failed], severity: loud", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], delay: soon", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], delay: 31d", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], over: -1", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], quiet: { from: \"22:00\", to: \"24:00\" }", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], quiet: { from: \"22:00\", to: \"22:00\" }", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], quiet: { from: \"22:00\", to: \"07:00\", time_zone: Europe/Berln }", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], quiet: night", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], pipelines: [\"\"]", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], pipelines: [\"a\\0b\"]", "definition.invalid_value")]
    [InlineData("channels: [ops], events: [failed], who: me", "definition.unknown_key")]
    public async Task A_rule_that_is_broken_is_told_with_its_line_and_nothing_is_saved(string keys, string code)
    {
        await using var home = await _home.OpenAsync();

        var refused = await Should.ThrowAsync<TidemarkException>(() => new DefinitionFile(home.Definitions, _ => null)
            .ApplyAsync($"{Channel}alerts:\n  - {{ name: x, {keys} }}\n", TestHome.Cancelled));

        refused.Problems.ShouldContain(problem => problem.Code == code && problem.Subject.Contains("line", StringComparison.Ordinal), refused.Message);
        (await home.Definitions.Channels.NamesAsync(TestHome.Cancelled)).ShouldBeEmpty();
    }
}

/// <inheritdoc/>
public sealed class SqliteAlertFileTests() : AlertFileTests(new SqliteHome());

/// <inheritdoc/>
public sealed class PostgresAlertFileTests() : AlertFileTests(new PostgresHome());
