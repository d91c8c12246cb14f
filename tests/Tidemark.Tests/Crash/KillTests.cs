using System.Data.Common;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>
/// P1, P8: a sync is killed (SIGKILL) at any moment, and a normal one follows; the table then equals the source. How
/// many times is set by TIDEMARK_TEST_KILLS, default 12 a destination.
/// </summary>
public sealed class KillTests : IAsyncDisposable
{
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("TIDEMARK_TEST_KILLS") ?? "12", CultureInfo.InvariantCulture);

    private readonly TestFolder _folder = new();
    private readonly PostgresWorkbench _postgres = new();
    private readonly TidemarkProgram _program;

    public KillTests() => _program = new TidemarkProgram(_folder.File("home"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_sync_into_PostgreSQL_that_is_killed_at_any_moment_loses_and_doubles_nothing() =>
        await KillAsync(
            ["--connector", "postgres", $"url={TestPostgres.Url}", $"schema={_postgres.Schema}"],
            async () => await _postgres.QueryAsync("SELECT id, description FROM stripe_customers ORDER BY id COLLATE \"C\""));

    [Fact]
    public async Task P9_a_sync_into_PostgreSQL_that_is_killed_before_its_write_back_is_finished_by_the_next_one() =>
        await KillBeforeWriteBackAsync($"connector: postgres, settings: {{ url: '{TestPostgres.Url}', schema: {_postgres.Schema} }}", _postgres);

    [Fact]
    public async Task P9_a_sync_into_SQLite_that_is_killed_before_its_write_back_is_finished_by_the_next_one()
    {
        await using var sqlite = new SqliteWorkbench();
        await KillBeforeWriteBackAsync($"connector: sqlite, settings: {{ path: '{sqlite.File}' }}", sqlite);
    }

    [Fact]
    public async Task A_sync_into_SQLite_that_is_killed_at_any_moment_loses_and_doubles_nothing()
    {
        var file = _folder.File("data.db");
        await KillAsync(["--connector", "sqlite", $"path={file}"], async () =>
        {
            await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=False");
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT id, description FROM stripe_customers ORDER BY id";
            await using var reader = await command.ExecuteReaderAsync(Stop);
            var rows = new List<string>();
            while (await reader.ReadAsync(Stop))
                rows.Add($"{reader.GetString(0)}|{(await reader.IsDBNullAsync(1, Stop) ? "" : reader.GetString(1))}");
            return rows;
        });
    }

    private async Task KillAsync(string[] destination, Func<Task<IReadOnlyList<string>>> readAsync)
    {
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 4000 }, Stop);
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        (await RunAsync("source", "set", "stripe", "--connector", "stripe", "api_key=sk_test_tidemark",
            $"base_url={sandbox.Vendors["stripe"]}", "allow_private_network=true", "requests_per_second=1000")).ShouldBe(0);
        (await RunAsync(["destination", "set", "data", .. destination])).ShouldBe(0);
        using var slow = await control.PostAsJsonAsync("/faults/stripe", new { fault = "delay", milliseconds = 15, times = -1 }, Stop);
        slow.EnsureSuccessStatusCode();

        string[] sync = ["sync", "stripe", "data", "customers"];
        var watch = new StepWatch(_program);
        var killed = 0;
        foreach (var wait in new[] { 50, 200, 200 }) // a first load, each time from where it stood
            if (await _program.KillAsync(watch.At(new KillPoint(0, TimeSpan.FromMilliseconds(wait))), sync)) killed++;
        (await RunAsync(sync)).ShouldBe(0);
        (await readAsync()).ShouldBe(await TruthAsync(control));
        foreach (var (some, arguments) in new[] { (Kills - (Kills / 3), sync), (Kills / 3, [.. sync, "--full"]) })
        {
            await ChangeAsync(control, "nobody kills this one");
            var course = await watch.FollowAsync(0, arguments);
            foreach (var point in course.Moments(0, some))
            {
                var at = $"killed {point.After.TotalMilliseconds:0} ms after the beginning of {string.Join(' ', arguments)}";
                await ChangeAsync(control, at);

                if (await _program.KillAsync(watch.At(point), arguments)) killed++;

                (await RunAsync(arguments)).ShouldBe(0, at);
                (await readAsync()).ShouldBe(await TruthAsync(control), at);
            }
        }

        killed.ShouldBePositive();
        using var runs = _program.Start(["runs", "--json", "--limit", "1000"]);
        var listed = await runs.StandardOutput.ReadToEndAsync(Stop);
        listed.ShouldContain("run.interrupted");
        listed.ShouldNotContain("\"status\":\"running\"");
    }

    private static async Task ChangeAsync(HttpClient control, string description)
    {
        using var change = await control.PostAsJsonAsync(
            "/mutate/stripe/customers",
            new { create = 2, update = new { count = 40, set = new { description } }, delete = new { count = 3 } }, Stop);
        change.EnsureSuccessStatusCode();
    }

    private async Task KillBeforeWriteBackAsync(string destination, SqlWorkbench database)
    {
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 600 }, Stop);
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        var definitions = _folder.File("tidemark.yaml");
        await File.WriteAllTextAsync(definitions, $$"""
            sources:
              - name: crm
                connector: zoho
                settings:
                  { client_id: tidemark, client_secret: tidemark, refresh_token: tidemark, modules: Contacts, allow_private_network: true,
                    accounts_url: '{{sandbox.Vendors["zoho"]}}', criteria: '(Sync_to_Payment_App:equals:Pending Sync)' }
            destinations:
              - { name: data, {{destination}} }
            pipelines:
              - name: interpreters
                source: crm
                destination: data
                tables: "{stream}"
                streams:
                  - { name: contacts, write_back: { set: { Sync_to_Payment_App: Synced } } }
            """, Stop);
        (await RunAsync("apply", "-f", definitions)).ShouldBe(0);
        // Longer than it takes to see that the rows are there, so that the first call of the write-back comes too late.
        using var slow = await control.PostAsJsonAsync(
            "/faults/zoho", new { fault = "delay", milliseconds = 1500, times = -1, path = "/crm/v8/Contacts" }, Stop);
        slow.EnsureSuccessStatusCode();
        await _program.KillAsync(async victim =>
        {
            while (await WaitingAsync() == 0 && !victim.HasExited) await Task.Delay(20, Stop);
        }, "sync", "interpreters", "--full");
        var rows = (await database.QueryAsync("SELECT id FROM contacts ORDER BY id")).ToList();
        (await WaitingAsync()).ShouldBe(rows.Count);
        rows.Count.ShouldBeGreaterThan(100);
        (await control.DeleteAsync(new Uri("/faults/zoho", UriKind.Relative), Stop)).EnsureSuccessStatusCode();

        (await RunAsync("sync", "interpreters")).ShouldBe(0);

        (await WaitingAsync()).ShouldBe(0);
        (await database.QueryAsync("SELECT id FROM contacts ORDER BY id")).ShouldBe(rows);
        var truth = await control.GetFromJsonAsync<JsonNode>("/truth/zoho/contacts?full=true", Stop);
        truth!["records"]!.AsArray().Where(record => rows.Contains(record!["id"]!.ToString()))
            .ShouldAllBe(record => record!["Sync_to_Payment_App"]!.ToString() == "Synced");

        async Task<int> WaitingAsync()
        {
            try
            {
                return (await database.QueryAsync("SELECT record_key FROM _tidemark_outbox")).Count;
            }
            catch (DbException)
            {
                return 0; // not made yet
            }
        }
    }

    private static async Task<List<string>> TruthAsync(HttpClient control)
    {
        var truth = await control.GetFromJsonAsync<JsonNode>("/truth/stripe/customers?full=true", Stop);
        return [.. truth!["records"]!.AsArray()
            .Select(record => $"{record!["id"]}|{record["description"]}").Order(StringComparer.Ordinal)];
    }

    private Task<int> RunAsync(params string[] arguments) => _program.RunAsync(arguments);
}
