using Tidemark.Engine.Definitions;
using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>What older builds left in files and databases: it is read with the usual values of keys that came later.</summary>
public sealed class StoredTextTests
{
    private const string Manifest =
        """
        {
          "pipeline": "p",
          "connector": "sqlite",
          "created_at": "2025-10-06T14:30:00+00:00",
          "format": "json",
          "tables": [
            {
              "stream": "customers",
              "table": {
                "name": "shop_customers",
                "columns": [
                  {
                    "name": "id",
                    "type": "TEXT"
                  }
                ]
              },
              "content": {
                "rows": 1,
                "low": 2,
                "high": 3
              }
            }
          ],
          "run": null,
          "bytes": 4,
          "sha256": "0f",
          "verified_at": null
        }
        """;

    [Fact]
    public void A_manifest_is_written_as_it_was_read()
    {
        var manifest = BackupManifest.Parse(Encoding.UTF8.GetBytes(Manifest), "name");

        manifest.Tables[0].Content.ShouldBe(new Checksum(1, 2, 3));
        manifest.Tables[0].Table.Columns.ShouldBe([new TableColumn("id", "TEXT")]);
        Encoding.UTF8.GetString(manifest.ToJson()).ReplaceLineEndings("\n").ShouldBe(Manifest.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_manifest_without_the_later_keys_has_none_of_its_values_null()
    {
        var manifest = BackupManifest.Parse(
            """{"pipeline":"p","connector":"sqlite","created_at":"2025-10-06T14:30:00Z","format":"compact","tables":[{"stream":"s","table":{"name":"t","columns":[]},"content":{"rows":1,"low":2,"high":3}}]}"""u8.ToArray(),
            "name");

        manifest.Sha256.ShouldBe("");
        manifest.VerifiedAt.ShouldBeNull();
        manifest.Tables[0].Table.Key.ShouldBeEmpty();
        manifest.Tables[0].Table.Counted.ShouldBeEmpty();
        manifest.Tables[0].Table.References.ShouldBeEmpty();
    }

    [Fact]
    public void Counts_of_a_staging_are_read_and_written_as_before()
    {
        const string Before = """{"Read":1,"Skipped":2,"Quarantined":3,"Checksum":{"Rows":4,"Low":5,"High":6}}""";

        var counts = JsonSerializer.Deserialize(Before, StagedCountsJson.Default.StagedCounts);

        counts.ShouldBe(new StagedCounts(1, 2, 3, new Checksum(4, 5, 6)));
        JsonSerializer.Serialize(counts, StagedCountsJson.Default.StagedCounts)
            .ShouldBe("""{"Read":1,"Skipped":2,"Quarantined":3,"Checksum":{"Rows":4,"Low":5,"High":6},"Unidentified":0}""");
    }

    [Theory]
    [InlineData("""{"v":1,"since":5}""")]
    [InlineData("""{"v":1,"since":5,"until":6,"scopes":["L\u00FC","b"],"filter":"f"}""")]
    [InlineData("""{"v":1,"reading":{"started":7,"full":true,"open":[{"scope":"a","from":1,"to":2,"after":"x","at":1},{}]}}""")]
    [InlineData("""{"v":1,"since":5,"reading":{"started":7,"full":false,"changes_from":3}}""")]
    public void A_cursor_is_written_as_it_was_read(string json) =>
        HttpCursor.Parse(new Cursor(json))!.ToCursor().Json.ShouldBe(json);

    [Fact]
    public void A_cursor_without_a_version_is_of_another_make() =>
        HttpCursor.Parse(new Cursor("""{"since":5}""")).ShouldBeNull();

    [Fact]
    public void A_key_of_several_parts_is_named_as_before() =>
        CellText.OfKey(["a\"b", "ü", "<1>"]).ShouldBe("""["a\u0022b","\u00FC","\u003C1\u003E"]""");

    [Fact]
    public void What_a_run_wrote_of_a_row_is_read_with_the_usual_values_and_written_as_before()
    {
        const string Before =
            """
            {"Stream":{"Name":"s","Fields":[{"Name":"a","Type":1,"Path":"x/a","OrPath":null,"Time":0,"Ownership":null,"IsDerived":false,"IsInferred":false}],"Key":["a"],"LeftInRaw":[],"KeyPositions":[0]},"KeepsRaw":true,"Columns":[{"Name":"a","Ownership":{"Owner":1,"Default":null,"When":[{"Column":"c","Values":["\u00FC"]}],"IsConditional":true,"IsKept":false}}],"IsRestore":true,"IsUndo":false}
            """;

        UndoShapeJson.Write(UndoShapeJson.Read(Before)).ShouldBe(Before);
        var older = UndoShapeJson.Read(
            """{"Stream":{"Name":"s","Fields":[{"Name":"id","Type":0,"Path":"id"}]},"KeepsRaw":true,"Columns":[{"Name":"c","Ownership":{"Owner":1}}]}""");
        older.Stream.Key.ShouldBe(["id"]);
        older.Stream.LeftInRaw.ShouldBeEmpty();
        older.Columns[0].Ownership!.When.ShouldBeEmpty();
        (older.KeepsRaw, older.IsRestore, older.IsUndo).ShouldBe((true, false, false));
    }

    [Fact]
    public void A_definition_without_the_later_keys_has_their_usual_values()
    {
        Written(DefinitionJson.Read<PipelineDefinition>("""{"name":"p","source":"s","destination":"d"}"""))
            .ShouldBe(Written(new PipelineDefinition("p", "s", "d")));
        Written(DefinitionJson.Read<PipelineDefinition>(
            """{"name":"p","source":"s","destination":"d","shapes":[{"stream":"x","columns":[{"name":"c"}]}],"backup":{}}"""))
            .ShouldBe(Written(new PipelineDefinition("p", "s", "d") { Shapes = [new StreamShape("x") { Columns = [new ColumnShape("c")] }] }));
        DefinitionJson.Read<PipelineDefinition>("""{"name":"p","deletes":{"is_soft":true}}""").Deletes.Value.ShouldBe("true");
        DefinitionJson.Read<SourceDefinition>("""{"name":"s","connector":"stripe","settings":{}}""").IsActive.ShouldBeTrue();

        static string Written(PipelineDefinition pipeline) => DefinitionJson.Write(pipeline);
    }
}
