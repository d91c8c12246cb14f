using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Settings;

/// <summary>A connector may come into being while Tidemark runs, and needs no type of its own for its settings.</summary>
public sealed class ConnectorCatalogTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_connector_whose_settings_are_data_alone_is_saved_checked_and_opened()
    {
        var catalog = CompiledConnectors.Catalog();
        var home = await Home.OpenAsync(new HomeOptions(_folder.File("home")), catalog, TimeProvider.System, Stop);
        catalog.Add(new ListedConnector());
        var file = new DefinitionFile(home.Definitions, _ => null);
        await file.ApplyAsync("""
            sources:
              - name: listed
                connector: listed
                settings: { token: tok_1, streams: [apples, pears] }
            """, Stop);

        var test = (await home.TestAsync("listed", Stop)).ShouldHaveSingleItem();

        test.Problems.ShouldBeEmpty();
        test.Streams.Select(stream => (stream.Name, stream.EstimatedCount)).ShouldBe([("apples", (long?)7), ("pears", 7)]);
        (await file.ExportAsync(Stop)).ShouldNotContain("tok_1");
        var refused = await Should.ThrowAsync<TidemarkException>(file.ApplyAsync("""
            sources:
              - name: listed
                connector: listed
                settings: { size: 0, stream: apples }
            """, Stop));
        refused.Problems.Select(problem => problem.Code).ShouldBe(["setting.unknown", "setting.missing", "setting.invalid"], ignoreOrder: true);
    }

    [Fact]
    public void Settings_without_a_record_are_read_by_name_and_kind()
    {
        var problems = new List<Problem>();
        var settings = SettingsBinder.Bind(new ListedConnector().Spec, new Dictionary<string, string> { ["token"] = "t", ["since"] = "2024-01-31" }, "one", problems);

        problems.ShouldBeEmpty();
        settings.Get<Secret>("token")!.Reveal().ShouldBe("t");
        settings.Get<DateOnly?>("since").ShouldBe(new DateOnly(2024, 1, 31));
        settings.Get<int>("size").ShouldBe(7, "the default");
        settings.Get<IReadOnlyList<string>>("streams").ShouldBeNull("there is no default");
        Should.Throw<ArgumentException>(() => settings.Get<string>("sise"));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var catalog = CompiledConnectors.Catalog();
        catalog.Add(new ListedConnector());

        Should.Throw<TidemarkException>(() => catalog.Add(new ListedConnector())).Code.ShouldBe("connector.name_taken");
        catalog.Find<ISourceConnector>("listed").ShouldNotBeNull();
        catalog.Find<IDestinationConnector>("listed").ShouldBeNull();
        catalog.Names<ISourceConnector>().ShouldBe(["close", "graphql", "listed", "oracle", "square", "stripe", "zoho"]);
        CompiledConnectors.Catalog().Find("listed").ShouldBeNull("each catalog is its own");
    }

    /// <summary>A connector as a manifest would describe it.</summary>
    private sealed class ListedConnector : ISourceConnector
    {
        public ConnectorSpec Spec { get; } = new("listed", "Listed",
        [
            new("token", SettingKind.Text, "Token.") { IsRequired = true, IsSecret = true },
            new("streams", SettingKind.List, "Streams."),
            new("size", SettingKind.Whole, "Records a stream.") { Min = 1, Default = "7" },
            new("since", SettingKind.Day, "First day."),
        ])
        { Roles = ConnectorRoles.Source };

        public ISource OpenSource(BoundSettings settings, TimeProvider clock)
        {
            var size = settings.Get<int>("size");
            var streams = settings.Get<IReadOnlyList<string>>("streams")!;
            return new ScriptedSource([.. streams.Select(name => new StreamSchema(name, [new("id", FieldType.Text)]))])
            {
                Estimate = (_, _) => Task.FromResult<long?>(size),
            };
        }
    }
}
