using Shouldly;
using Tidemark.Connectors;
using Tidemark.Connectors.Templates;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>The schedules that come with the templates.</summary>
public sealed class ScheduledTemplateTests : IDisposable
{
    private readonly TestHome _home = new SqliteHome();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("opportunities", "sync every day at 00:00 UTC", "deletions on Sundays at 03:00 UTC")]
    [InlineData("payments", "backup every day at 02:00 UTC", "sync every day at 02:30 UTC")]
    public async Task S1_15_S2_2_S2_8_a_template_brings_its_schedules(string template, params string[] schedules)
    {
        await using var home = await Home.OpenAsync(new(_home.Folder), CompiledConnectors.Catalog(), _home.Clock, TestHome.Cancelled);
        await new DefinitionFile(home.Definitions, StandInVariables.Of).ApplyAsync(DefinitionTemplate.Named(template).Text, TestHome.Cancelled);

        (await home.Schedules.ListAsync(template, next: 1, TestHome.Cancelled))
            .Select(schedule => $"{schedule.Run.ToString().ToLowerInvariant()} {schedule.Words}").ShouldBe(schedules);
        (await home.Definitions.Pipelines.FindAsync(template, TestHome.Cancelled)).Backup.KeepDays.ShouldBe(30);
    }
}
