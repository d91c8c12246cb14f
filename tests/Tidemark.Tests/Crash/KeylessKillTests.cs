using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Tests.Destinations;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>P8: a reading of records of which some have no key is killed (SIGKILL) between two pages, and a later run resumes it.</summary>
public sealed class KeylessKillTests : IAsyncDisposable
{
    // More than a batch takes, so that there is a checkpoint before the second page is written.
    private const int FullBatch = 10_000;
    private const int PageSize = 11_000;

    private const string Query =
        "people: 'query ($first: Int, $after: String) { people(first: $first, after: $after) { nodes { id name } pageInfo { endCursor hasNextPage } } }'";

    // In GraphQL a field that has no value is null.
    private const string NoKey = """{"id":null,"name":"no key"}""";
    private const string NorThis = """{"id":null,"name":"nor this"}""";

    private readonly TestFolder _folder = new();
    private readonly TidemarkProgram _program;
    private bool _hangs = true;

    public KeylessKillTests() => _program = new TidemarkProgram(_folder.File("home"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("--merge")]
    [InlineData("--full")]
    public async Task P8_records_without_a_key_are_neither_lost_nor_kept_twice_in_PostgreSQL(string mode)
    {
        await using var database = new PostgresWorkbench();
        await KillAsync(database, mode, "postgres", $"url={TestPostgres.Url}", $"schema={database.Schema}");
    }

    [Theory]
    [InlineData("--merge")]
    [InlineData("--full")]
    public async Task P8_records_without_a_key_are_neither_lost_nor_kept_twice_in_SQLite(string mode)
    {
        await using var database = new SqliteWorkbench();
        await KillAsync(database, mode, "sqlite", $"path={database.File}");
    }

    private async Task KillAsync(SqlWorkbench database, string mode, string connector, params string[] settings)
    {
        await using var server = new PlayedServer(Answer);
        (await _program.RunAsync("source", "set", "vendor", "--connector", "graphql", $"url={server.Address}graphql", $"queries={Query}",
            "introspection=false", "allow_private_network=true", $"page_size={PageSize}")).ShouldBe(0);
        (await _program.RunAsync(["destination", "set", "data", "--connector", connector, .. settings])).ShouldBe(0);
        string[] sync = ["sync", "vendor", "data", "people", mode, "--json"];

        var isKilled = await _program.KillAsync(async victim =>
        {
            while (!(server.Requests.Any(request => After(request) is "2") && await HasCheckpointAsync(database)) && !victim.HasExited)
                await Task.Delay(20, Stop);
        }, sync);
        isKilled.ShouldBeTrue();
        _hangs = false;
        var resumed = await _program.AnswerAsync(sync);

        resumed.GetProperty("status").GetString().ShouldBe("partial");
        // Each run looks at a first page before it reads. What was written is not read again; what was read and not written is.
        server.Requests.Where(request => request.Body.Contains($"\"first\":{PageSize}", StringComparison.Ordinal)).Select(After)
            .ShouldBe([null, null, "1", "2", null, "1", "2"]);
        (await database.QueryAsync("SELECT count(*), count(DISTINCT id) FROM vendor_people")).ShouldBe([$"{FullBatch + 4}|{FullBatch + 4}"]);
        // Two records that are equal but for their keys are two rows.
        (await database.QueryAsync("SELECT id, name FROM vendor_people WHERE name = 'Ada' ORDER BY id")).ShouldBe(["a|Ada", "b|Ada"]);
        await using var catalog = new SqliteConnection($"Data Source={_folder.File("home/catalog.db")};Pooling=False");
        (await catalog.QueryAsync<string>("SELECT CAST(payload AS TEXT) FROM quarantine")).ShouldBe([NoKey, NorThis], ignoreOrder: true);
    }

    /// <summary>Three pages, of which the second has a record without a key of the first once more. The third does not come the first time.</summary>
    private PlayedAnswer Answer(PlayedRequest request)
    {
        return After(request) switch
        {
            null => Page(1, [.. Enumerable.Range(0, FullBatch).Select(at => Person($"p{at:D6}", $"name {at}")), NoKey, NoKey]),
            "1" => Page(2, Person("a", "Ada"), NorThis, NoKey, Person("c", "Cy")),
            _ => Page(null, Person("b", "Ada"), Person("d", "Di")) with { Hangs = _hangs },
        };
    }

    private static string? After(PlayedRequest request) => JsonNode.Parse(request.Body)!["variables"]?["after"]?.GetValue<string>();

    private static string Person(string id, string name) => $$"""{"id":"{{id}}","name":"{{name}}"}""";

    private static PlayedAnswer Page(int? next, params string[] records) => PlayedAnswer.Json(
        $$"""{"data":{"people":{"nodes":[{{string.Join(',', records)}}],"pageInfo":{"endCursor":"{{next}}","hasNextPage":{{(next is null ? "false" : "true")}} } } } }""");

    private static async Task<bool> HasCheckpointAsync(SqlWorkbench database)
    {
        try
        {
            return (await database.QueryAsync("SELECT cursor FROM _tidemark_checkpoints")).Any(cursor => cursor.Length > 0);
        }
        catch (DbException)
        {
            return false; // not made yet
        }
    }
}
