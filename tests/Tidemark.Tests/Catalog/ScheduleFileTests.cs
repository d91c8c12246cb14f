using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>Schedules in definition files.</summary>
public sealed class ScheduleFileTests : IDisposable
{
    private readonly TestHome _home = new SqliteHome();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("schedules: \"30 2 * * *\"")]
    [InlineData("schedules: { cron: \"30 2 * * *\" }")]
    [InlineData("schedules: [\"30 2 * * *\"]")]
    [InlineData("schedules: [{ cron: 30 2 * * *, time_zone: UTC, run: sync, overlap: skip, paused: false }]")]
    public async Task A_schedule_may_be_written_short_or_long(string yaml) =>
        (await SavedAsync(yaml)).Schedules.ShouldBe([new PipelineSchedule("30 2 * * *")]);

    [Fact]
    public async Task Everything_about_schedules_comes_back_from_an_export()
    {
        var saved = await SavedAsync("""
            schedules:
                  - { cron: 30 2 * * 1-5, time_zone: Europe/Berlin, overlap: queue }
                  - { cron: "@weekly", run: deletions, paused: true }
                after: [q, r]
                deadline: 26h
                paused: true
            """, "  - { name: q, source: shop, destination: shelf }\n  - { name: r, source: shop, destination: shelf, after: q }\n");
        saved.Schedules.ShouldBe([
            new PipelineSchedule("30 2 * * 1-5") { TimeZone = "Europe/Berlin", Overlap = Overlap.Queue },
            new PipelineSchedule("@weekly") { Run = ScheduledWork.Deletions, Paused = true }]);
        (saved.After, saved.Deadline, saved.Paused).ShouldBe((saved.After, "26h", true));
        saved.After.ShouldBe(["q", "r"]);

        var catalog = await _home.DefinitionsAsync();
        var file = new DefinitionFile(catalog, _ => null);
        var exported = await file.ExportAsync(TestHome.Cancelled);
        (await file.ApplyAsync(exported, TestHome.Cancelled)).ShouldAllBe(each => each.Change == DefinitionChange.Unchanged, exported);
    }

    [Fact]
    public async Task Every_mistake_is_reported_with_its_line()
    {
        var refused = await Should.ThrowAsync<TidemarkException>(() => SavedAsync("""
            schedules:
                  - cron: 0 25 * * *
                    time_zone: Europe/Berln
                  - cron: "@daily"
                    every: day
                  - cron: "@daily"
                    run: refresh
                deadline: soon
            """));

        refused.Problems.Select(problem => $"{problem.Subject}: {problem.Message} {problem.Hint}").ShouldBe([
            "pipeline \"p\", schedule 2, line 13: There is no key every here. Known: cron, overlap, paused, run, time_zone.",
            "pipeline \"p\", schedule 3, line 15: The key run is one of sync, full, deletions, backup. Known: backup, deletions, full, sync.",
            "pipeline \"p\", schedule 1, line 10: The key cron has 25 for hours, which are 0 to 23. A cron text is minute, hour, day of the month, month, weekday: 30 2 * * 1-5 is 02:30 from Monday to Friday.",
            "pipeline \"p\", schedule 1, line 11: The key time_zone is no time zone: Europe/Berln. Did you mean Europe/Berlin?",
            "pipeline \"p\", line 14: Two schedules start the same at the same times. ",
            "pipeline \"p\", line 16: The key deadline is a length of time from a minute to a century, such as 90min, 26h or 8d. ",
        ]);
    }

    [Fact]
    public async Task What_apply_would_change_of_a_schedule_is_shown_by_its_cron_text()
    {
        await SavedAsync("schedules: { cron: 30 2 * * *, run: backup }");
        var file = new DefinitionFile(await _home.DefinitionsAsync(), _ => null);

        var changes = await file.CompareAsync(Yaml("schedules: { cron: 30 2 * * *, time_zone: Europe/Berlin, run: backup }", ""), prunes: false, TestHome.Cancelled);

        changes.Single(change => change.Kind == "pipeline").Fields.ShouldBe([new FieldDifference("schedules.30 2 * * *.time_zone", null, "Europe/Berlin")]);
    }

    private async Task<PipelineDefinition> SavedAsync(string keys, string more = "")
    {
        var catalog = await _home.DefinitionsAsync();
        await new DefinitionFile(catalog, _ => null).ApplyAsync(Yaml(keys, more), TestHome.Cancelled);
        return await catalog.Pipelines.FindAsync("p", TestHome.Cancelled);
    }

    private static string Yaml(string keys, string more) => $$"""
        sources:
          - { name: shop, connector: shop, settings: { api_key: x } }
        destinations:
          - { name: shelf, connector: shelf, settings: { url: x } }
        pipelines:
          - name: p
            source: shop
            destination: shelf
            {{keys}}
        {{more}}
        """;
}
