using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>What a definition file says of a pipeline's streams: columns, owners, deletes, references (P6, S2.3, S2.4).</summary>
public abstract class StreamShapeTests : IDisposable
{
    private const string Ends = """
        sources:
          - { name: shop, connector: shop, settings: { api_key: x } }
        destinations:
          - { name: shelf, connector: shelf, settings: { url: x } }

        """;

    private readonly TestHome _home;

    private protected StreamShapeTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task P6_a_shaped_stream_is_read_and_exported_as_it_was_written()
    {
        await ApplyAsync(Ends + """
            pipelines:
              - name: opportunities
                source: shop
                destination: shelf
                deletes: soft
                in_order: true
                undo_runs: 3
                streams:
                  - accounts
                  - name: deals
                    table: opportunities
                    fields: all
                    mode: replace
                    raw: false
                    synced_at: last_synced_at
                    time_limit: 300
                    columns:
                      remote_id: opty_id
                      id: { value: "int_{remote_id}" }
                      workflow_status: { from: stage, owner: app, default: NEW, when: { stage: [WON, "LO'ST"] } }
                      phone: { owner: fill_if_null }
                      region: { from: Region_c, type: int64 }
                    deletes: { column: status, value: INACTIVE }
                    references: { account_id: accounts }
                    write_back: { set: { Sync: "yes", Note: "is {stage}: 'x'", Empty: }, when: changed }
            """);

        var catalog = await _home.DefinitionsAsync();
        var pipeline = await catalog.Pipelines.FindAsync("opportunities", TestHome.Cancelled);
        pipeline.Streams.ShouldBe(["accounts", "deals"]);
        (pipeline.InOrder, pipeline.UndoRuns, pipeline.Deletes).ShouldBe((true, 3, DeletePolicy.Soft));
        var shape = pipeline.Shapes.ShouldHaveSingleItem();
        (shape.Stream, shape.Table, shape.AllFields).ShouldBe(("deals", "opportunities", true));
        shape.Columns.Select(column => (column.Name, column.From, column.Owner, column.Default)).ShouldBe([
            ("remote_id", "opty_id", ColumnOwner.Source, null),
            ("id", null, ColumnOwner.Source, null),
            ("workflow_status", "stage", ColumnOwner.App, "NEW"),
            ("phone", null, ColumnOwner.FillIfNull, null),
            ("region", "Region_c", ColumnOwner.Source, null),
        ]);
        shape.Columns[1].Value.ShouldBe("int_{remote_id}");
        (shape.Mode, shape.Raw, shape.SyncedAt, shape.TimeLimit).ShouldBe((WriteMode.Replace, false, "last_synced_at", TimeSpan.FromMinutes(5)));
        shape.Columns[2].When.ShouldHaveSingleItem().Values.ShouldBe(["WON", "LO'ST"]);
        shape.Columns[4].Type.ShouldBe(FieldType.Int64);
        shape.Deletes.ShouldBe(DeletePolicy.Marking("status", "INACTIVE"));
        shape.References.ShouldBe(new Dictionary<string, string> { ["account_id"] = "accounts" });
        shape.WriteBack!.Set.ShouldBe(new Dictionary<string, string> { ["Sync"] = "yes", ["Note"] = "is {stage}: 'x'", ["Empty"] = "" });
        shape.WriteBack.When.ShouldBe(WriteBackWhen.Changed);

        var exported = await (await FileAsync()).ExportAsync(TestHome.Cancelled);
        (await ApplyAsync(exported.Replace("<secret>", "x", StringComparison.Ordinal)))
            .ShouldAllBe(applied => applied.Change == DefinitionChange.Unchanged, exported);
    }

    [Fact]
    public async Task Every_mistake_in_a_shape_is_told_with_its_line()
    {
        var wrong = await Should.ThrowAsync<TidemarkException>(() => ApplyAsync(Ends + """
            pipelines:
              - name: p
                source: shop
                destination: shelf
                streams:
                  - name: deals
                    colums: { a: b }
                    columns: { a: { ownr: app }, b: { owner: nobody }, c: [1], d: { type: integer } }
                    deletes: { colum: x }
                    write_back: { set: {}, whn: x }
                  - deals
                  - { name: a, write_back: { set: { b: [c] }, when: never } }
                  - { name: b, write_back: x }
                  - { name: c, write_back: {} }
                  - [x]
            """));

        wrong.Problems.Select(problem => (problem.Code, problem.Subject)).ShouldBe([
            ("definition.unknown_key", "pipeline \"p\", stream \"deals\", line 11"),
            ("definition.unknown_key", "pipeline \"p\", stream \"deals\", column a, line 12"),
            ("definition.invalid_value", "pipeline \"p\", stream \"deals\", column b, line 12"),
            ("definition.invalid_value", "pipeline \"p\", stream \"deals\", line 12"),
            ("definition.invalid_value", "pipeline \"p\", stream \"deals\", column d, line 12"),
            ("definition.unknown_key", "pipeline \"p\", stream \"deals\", deletes, line 13"),
            ("definition.key_missing", "pipeline \"p\", stream \"deals\", deletes, line 13"),
            ("definition.unknown_key", "pipeline \"p\", stream \"deals\", write_back, line 14"),
            ("definition.invalid_value", "pipeline \"p\", stream \"deals\", write_back, line 14"),
            ("definition.invalid_value", "pipeline \"p\", stream \"a\", write_back, line 16"),
            ("definition.invalid_value", "pipeline \"p\", stream \"a\", write_back, line 16"),
            ("definition.invalid_value", "pipeline \"p\", stream \"b\", line 17"),
            ("definition.key_missing", "pipeline \"p\", stream \"c\", write_back, line 18"),
            ("definition.invalid_value", "pipeline \"p\", line 19"),
            ("definition.duplicate", "pipeline \"p\", line 15"),
        ], ignoreOrder: true);
    }

    private async Task<DefinitionFile> FileAsync() => new(await _home.DefinitionsAsync(), _ => null);

    private async Task<IReadOnlyList<AppliedDefinition>> ApplyAsync(string yaml) =>
        await (await FileAsync()).ApplyAsync(yaml, TestHome.Cancelled);
}

public sealed class SqliteStreamShapeTests() : StreamShapeTests(new SqliteHome());

public sealed class PostgresStreamShapeTests() : StreamShapeTests(new PostgresHome());
