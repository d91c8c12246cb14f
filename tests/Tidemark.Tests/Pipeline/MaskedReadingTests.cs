using Shouldly;
using Tidemark.Connectors.Sqlite;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>What must not be stored does not reach the quarantine either, and a record that waits there is not masked twice.</summary>
public sealed class MaskedReadingTests : IDisposable
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("email", FieldType.Text), new("age", FieldType.Int64)]);

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_record_in_quarantine_is_masked_once_and_one_that_cannot_be_is_not_kept()
    {
        var source = new ScriptedSource(People).With("people", [
            """{"id":"1","email":"ada@x","age":"many"}""", """{"id":"2","email":"bob@x","age":7}""", """{"id":"3","email":"eve@x",}""",
        ]);
        await using var home = await HomeAsync(source);

        await home.RunAsync(new SyncRun("p"), new RunOrigin(RunTrigger.Command, "me"), RunWatch.None, Stop);
        var first = await WaitingAsync(home);
        await home.RunAsync(new SyncRun("p"), new RunOrigin(RunTrigger.Command, "me"), RunWatch.None, Stop);

        first.Select(record => record.Reason.Code).ShouldBe(["value.wrong_type", "record.not_masked"], ignoreOrder: true);
        var waiting = first.Single(record => record.Key == "1").Payload;
        waiting.ShouldContain("hash-");
        first.Single(record => record.Reason.Code == "record.not_masked").Payload.ShouldBe("{}");
        first.ShouldAllBe(record => !$"{record.Payload}{record.Reason}".Contains("@x", StringComparison.Ordinal));
        (await WaitingAsync(home)).Single(record => record.Key == "1").Payload.ShouldBe(waiting);
    }

    private static async Task<List<QuarantinedRecord>> WaitingAsync(Home home) =>
        [.. await home.Quarantine.ListAsync(new QuarantineFilter(), 100, Stop).Select(entry => entry.Record).ToListAsync(Stop)];

    private async Task<Home> HomeAsync(ISource source)
    {
        var connectors = new ConnectorCatalog([new ScriptedConnector(source), new SqliteConnector()]);
        var home = await Home.OpenAsync(new HomeOptions(_folder.File("home")), connectors, TimeProvider.System, Stop);
        await home.Definitions.Sources.SaveAsync(new("script", "scripted", new Dictionary<string, string>()), Stop);
        await home.Definitions.Destinations.SaveAsync(new("db", "sqlite", new Dictionary<string, string> { ["path"] = _folder.File("data.db") }), Stop);
        await home.Definitions.Pipelines.SaveAsync(new PipelineDefinition("p", "script", "db")
        {
            Streams = ["people"],
            Shapes = [new StreamShape("people") { Mask = new Dictionary<string, Masking> { ["email"] = Masking.Hash } }],
        }, Stop);
        return home;
    }

    private sealed class ScriptedConnector(ISource source) : ISourceConnector
    {
        public ConnectorSpec Spec { get; } = new("scripted", "Scripted", []);

        public ISource OpenSource(BoundSettings settings, TimeProvider clock) => source;
    }
}
