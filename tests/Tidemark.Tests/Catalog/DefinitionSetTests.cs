using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

public abstract class DefinitionSetTests : IDisposable
{
    private readonly TestHome _home;

    private protected DefinitionSetTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_source_comes_back_as_it_was_saved()
    {
        var catalog = await _home.DefinitionsAsync();
        var saved = Shop("Italy Stripe") with { IsActive = false };
        (await catalog.Sources.SaveAsync(saved, TestHome.Cancelled)).ShouldBe(DefinitionChange.Created);

        var found = await catalog.Sources.FindAsync("Italy Stripe", TestHome.Cancelled);

        (found.Connector, found.IsActive).ShouldBe(("shop", false));
        found.Settings.ShouldBe(saved.Settings, ignoreOrder: true);
    }

    [Fact]
    public async Task A_pipeline_comes_back_as_it_was_saved()
    {
        var catalog = await _home.DefinitionsAsync();
        await SaveEndsAsync(catalog);
        var saved = new PipelineDefinition("payments", "shop", "shelf")
        {
            Mode = WriteMode.Replace,
            Streams = ["a", "b"],
            Tables = "t_{stream}",
            SchemaChanges = SchemaChanges.Freeze,
            Raw = false,
            MaxDeletedPercent = 1.5,
            MaxDeletedRows = 3,
        };
        await catalog.Pipelines.SaveAsync(saved, TestHome.Cancelled);

        var found = await catalog.Pipelines.FindAsync("payments", TestHome.Cancelled);

        found.Streams.ShouldBe(saved.Streams);
        (found with { Streams = saved.Streams, Shapes = saved.Shapes, Schedules = saved.Schedules, After = saved.After, Labels = saved.Labels }).ShouldBe(saved);
    }

    [Theory]
    [InlineData("shop\0")]
    [InlineData("\0")]
    [InlineData("../shop")]
    [InlineData("\ud83d")]
    [InlineData("\"; DROP TABLE definitions; --")]
    public async Task A_name_that_none_can_have_is_unknown(string name)
    {
        var catalog = await _home.DefinitionsAsync();
        await catalog.Sources.SaveAsync(Shop("shop"), TestHome.Cancelled);

        (await catalog.Sources.FindOrDefaultAsync(name, TestHome.Cancelled)).ShouldBeNull();
        (await Should.ThrowAsync<TidemarkException>(() => catalog.Sources.FindAsync(name, TestHome.Cancelled))).Code.ShouldBe("source.unknown");
        (await Should.ThrowAsync<TidemarkException>(() => catalog.Sources.RemoveAsync(name, TestHome.Cancelled))).Code.ShouldBe("source.unknown");
        (await catalog.Sources.NamesAsync(TestHome.Cancelled)).ShouldBe(["shop"]);
    }

    [Fact]
    public async Task Saving_says_whether_anything_changed()
    {
        var catalog = await _home.DefinitionsAsync();
        await catalog.Sources.SaveAsync(Shop("a"), TestHome.Cancelled);

        (await catalog.Sources.SaveAsync(Shop("a"), TestHome.Cancelled)).ShouldBe(DefinitionChange.Unchanged);
        (await catalog.Sources.SaveAsync(Shop("a", key: "sk_other"), TestHome.Cancelled))
            .ShouldBe(DefinitionChange.Updated);
        (await catalog.Sources.FindAsync("a", TestHome.Cancelled)).Settings["api_key"].ShouldBe("sk_other");
    }

    [Fact]
    public async Task A_setting_left_out_is_gone_and_so_is_its_secret()
    {
        var catalog = await _home.DefinitionsAsync();
        await catalog.Sources.SaveAsync(Shop("a"), TestHome.Cancelled);
        await catalog.Sources.SaveAsync(
            new("a", "shop", new Dictionary<string, string>()), TestHome.Cancelled);

        (await catalog.Sources.FindAsync("a", TestHome.Cancelled)).Settings.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_nearest()
    {
        var catalog = await _home.DefinitionsAsync();
        await catalog.Sources.SaveAsync(Shop("Italy Stripe"), TestHome.Cancelled);

        var unknown = await Should.ThrowAsync<TidemarkException>(
            () => catalog.Sources.FindAsync("Itali Stripe", TestHome.Cancelled));

        (unknown.Kind, unknown.Code, unknown.Hint).ShouldBe(
            (FailureKind.Usage, "source.unknown", "Did you mean Italy Stripe?"));
        (await Should.ThrowAsync<TidemarkException>(
            () => catalog.Pipelines.RemoveAsync("x", TestHome.Cancelled))).Code.ShouldBe("pipeline.unknown");
    }

    [Fact]
    public async Task What_a_pipeline_uses_cannot_be_removed()
    {
        var catalog = await _home.DefinitionsAsync();
        await SaveEndsAsync(catalog);
        await catalog.Pipelines.SaveAsync(new("payments", "shop", "shelf"), TestHome.Cancelled);

        var source = await Should.ThrowAsync<TidemarkException>(
            () => catalog.Sources.RemoveAsync("shop", TestHome.Cancelled));
        var destination = await Should.ThrowAsync<TidemarkException>(
            () => catalog.Destinations.RemoveAsync("shelf", TestHome.Cancelled));

        (source.Code, destination.Code).ShouldBe(("source.in_use", "destination.in_use"));
        source.Message.ShouldContain("payments");
        await catalog.Pipelines.RemoveAsync("payments", TestHome.Cancelled);
        await catalog.Sources.RemoveAsync("shop", TestHome.Cancelled);
        (await catalog.Sources.NamesAsync(TestHome.Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pipeline_between_ends_that_are_not_there_is_refused()
    {
        var catalog = await _home.DefinitionsAsync();

        (await Should.ThrowAsync<TidemarkException>(() => catalog.Pipelines.SaveAsync(
            new("payments", "shop", "shelf"), TestHome.Cancelled))).Code.ShouldBe("source.unknown");
    }

    [Theory]
    [InlineData("O'Brien \"quoted\"; DROP TABLE definitions; --")]
    [InlineData("../../etc/passwd")]
    [InlineData("tide 🌊 mark")]
    [InlineData("a/b/c")]
    [InlineData("%_*?")]
    [InlineData("{source}: [x]")]
    public async Task Any_visible_name_is_just_a_name(string name)
    {
        var catalog = await _home.DefinitionsAsync();
        await catalog.Sources.SaveAsync(Shop(name), TestHome.Cancelled);
        await catalog.Sources.SaveAsync(Shop("other"), TestHome.Cancelled);

        (await catalog.Sources.FindAsync(name, TestHome.Cancelled)).Settings["api_key"].ShouldBe("sk_secret_value");
        await catalog.Sources.RemoveAsync(name, TestHome.Cancelled);
        (await catalog.Sources.NamesAsync(TestHome.Cancelled)).ShouldBe(["other"]);
        Directory.EnumerateFileSystemEntries(_home.Folder)
            .Select(Path.GetFileName).ShouldBeSubsetOf(["catalog.db", "catalog.db-wal", "catalog.db-shm", "key", ".gitignore"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a\nb")]
    public async Task A_name_that_nobody_can_see_or_type_is_refused(string name)
    {
        var catalog = await _home.DefinitionsAsync();

        (await Should.ThrowAsync<TidemarkException>(() => catalog.Sources.SaveAsync(
            Shop(name), TestHome.Cancelled))).Code.ShouldBe("definition.name_invalid");
    }

    internal static SourceDefinition Shop(string name, string key = "sk_secret_value") =>
        new(name, "shop", new Dictionary<string, string> { ["region"] = "us", ["api_key"] = key });

    internal static async Task SaveEndsAsync(DefinitionCatalog catalog)
    {
        await catalog.Sources.SaveAsync(Shop("shop"), TestHome.Cancelled);
        await catalog.Destinations.SaveAsync(
            new("shelf", "shelf", new Dictionary<string, string> { ["url"] = "postgres://me:pw_secret@host/db" }),
            TestHome.Cancelled);
    }
}

public sealed class SqliteDefinitionSetTests() : DefinitionSetTests(new SqliteHome());

public sealed class PostgresDefinitionSetTests() : DefinitionSetTests(new PostgresHome());
