using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Npgsql;
using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Sandbox;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>Two servers over one catalog: what one leaves, the other takes.</summary>
public sealed class NodeTests : IAsyncDisposable
{
    // A term of a lease, a look of the other's, and a machine that has other things to do.
    private static readonly TimeSpan TakenOverWithin = TimeSpan.FromSeconds(90);

    private readonly TestFolder _folder = new();
    private readonly CatalogSchema _catalog = new();
    private readonly PostgresWorkbench _postgres = new();
    private readonly List<Process> _nodes = [];
    private readonly TidemarkProgram _program;

    public NodeTests() => _program = new TidemarkProgram(_folder.File("home")) { Variables = { ["TIDEMARK_CATALOG"] = _catalog.Address } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node.Kill();
            await node.WaitForExitAsync(CancellationToken.None);
            node.Dispose();
        }

        await _postgres.DisposeAsync();
        _catalog.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("KILL", false)] // on this machine, where the other sees that the process is gone
    [InlineData("STOP", true)] // it stands still, and goes on when its run is another's
    public async Task P8_a_run_whose_node_is_lost_is_finished_by_the_other_and_no_row_is_lost(string signal, bool isElsewhere)
    {
        await using var sandbox = await SandboxServer.StartAsync(new() { Port = 0, Size = 3000 }, Stop);
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        (await _program.RunAsync("source", "set", "stripe", "--connector", "stripe", "api_key=sk_test_tidemark", $"base_url={sandbox.Vendors["stripe"]}",
            "allow_private_network=true", "requests_per_second=1000")).ShouldBe(0);
        (await _program.RunAsync("destination", "set", "data", "--connector", "postgres", $"url={TestPostgres.Url}", $"schema={_postgres.Schema}")).ShouldBe(0);
        var token = (await _program.AnswerAsync("token", "create", "test", "--role", "operator", "--json")).GetProperty("token").GetString()!;
        using (var slow = await control.PostAsJsonAsync("/faults/stripe", new { fault = "delay", milliseconds = 4000, times = -1, after = 10 }, Stop)) slow.EnsureSuccessStatusCode();
        using var first = await ServeAsync(token);
        using var second = await ServeAsync(token);

        using var started = await first.PostAsJsonAsync(new Uri("api/v1/runs", UriKind.Relative), new { pipeline = "stripe:data", streams = new[] { "customers" } }, Stop);
        started.EnsureSuccessStatusCode();
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("run").GetString()!;
        var pid = await HolderAsync(run);
        var (lost, left) = _nodes[0].Id == pid ? (_nodes[0], second) : (_nodes[1], first);
        if (isElsewhere) await ExecuteAsync("UPDATE leases SET host = 'elsewhere' WHERE run = @run", run);
        var began = Stopwatch.StartNew();
        await SignalAsync(lost, signal);
        (await control.DeleteAsync(new Uri("/faults/stripe", UriKind.Relative), Stop)).EnsureSuccessStatusCode();
        var again = await RepetitionAsync(run, began);
        var done = await EndAsync(left, again);

        done.GetProperty("status").GetString().ShouldBe("succeeded", done.ToString());
        done.GetProperty("receipt").GetProperty("verified").GetBoolean().ShouldBeTrue();
        if (signal == "STOP")
        {
            await SignalAsync(lost, "CONT");
            await Task.Delay(TimeSpan.FromSeconds(3), Stop); // it has what it needs to write by then, if it could
        }

        (await _postgres.QueryAsync("SELECT count(*), count(DISTINCT id) FROM stripe_customers")).ShouldBe(["3000|3000"]);
        (await _postgres.QueryAsync("SELECT count(*) FROM stripe_customers WHERE _run NOT IN ('" + run + "', '" + again + "')")).ShouldBe(["0"]);
    }

    /// <summary>A node, and a client of it.</summary>
    private async Task<HttpClient> ServeAsync(string token)
    {
        var (node, address) = await _program.ServeAsync();
        _nodes.Add(node);
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>The process that has the run, once it has written rows.</summary>
    private async Task<int> HolderAsync(string run)
    {
        while (true)
        {
            await Task.Delay(50, Stop);
            var (pid, status, read) = await QueryAsync<(int?, string, long)>("""
                SELECT (SELECT pid::int FROM leases WHERE run = @run), status, (result::jsonb #>> '{streams,0,read}')::bigint FROM runs WHERE id = @run
                """, run);
            status.ShouldBeOneOf("queued", "running");
            if (pid is { } holder && read > 0) return holder;
        }
    }

    private async Task<string> RepetitionAsync(string run, Stopwatch began)
    {
        while (true)
        {
            began.Elapsed.ShouldBeLessThan(TakenOverWithin);
            if (await QueryAsync<string?>("SELECT id FROM runs WHERE repeats = @run", run) is { } again) return again;
            await Task.Delay(100, Stop);
        }
    }

    private static async Task<JsonElement> EndAsync(HttpClient node, string run)
    {
        while (true)
        {
            var answer = await node.GetFromJsonAsync<JsonElement>(new Uri($"api/v1/runs/{run}", UriKind.Relative), Stop);
            if (answer.GetProperty("status").GetString() is not ("queued" or "running")) return answer;
            await Task.Delay(100, Stop);
        }
    }

    private static async Task SignalAsync(Process node, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", node.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Stop);
    }

    private async Task<T> QueryAsync<T>(string sql, string run)
    {
        await using var connection = await OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<T>(sql, new { run }) is var row ? row! : throw new InvalidOperationException();
    }

    private async Task ExecuteAsync(string sql, string run)
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync(sql, new { run });
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(TestPostgres.Url).ConnectionString) { SearchPath = _catalog.Name, Pooling = false }.ConnectionString);
        await connection.OpenAsync(Stop);
        return connection;
    }
}
