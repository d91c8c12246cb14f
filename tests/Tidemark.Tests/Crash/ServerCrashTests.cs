using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>P1, P8: the database server crashes while a run goes on, and is started again.</summary>
public sealed class ServerCrashTests : IDisposable
{
    private const int Customers = 4000;

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("read")]
    [InlineData("publish")]
    public async Task A_PostgreSQL_that_crashes_has_old_rows_or_new_ones_and_the_next_run_succeeds(string step)
    {
        await using var server = await PrivatePostgres.StartAsync();
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = Customers }, Stop);
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        var program = new TidemarkProgram(_folder.File("home"));
        (await program.RunAsync("source", "set", "stripe", "--connector", "stripe", "api_key=sk_test_tidemark",
            $"base_url={sandbox.Vendors["stripe"]}", "allow_private_network=true", "requests_per_second=1000")).ShouldBe(0);
        (await program.RunAsync("destination", "set", "data", "--connector", "postgres", $"url={server.Url}")).ShouldBe(0);
        string[] sync = ["sync", "stripe", "data", "customers", "--full", "--json"];
        (await program.RunAsync(sync)).ShouldBe(0);
        await ChangeAsync(control, "one");
        var watch = new StepWatch(program);
        var course = await watch.FollowAsync(0, sync);
        var before = await RowsAsync(server);
        await ChangeAsync(control, "two");
        var after = await TruthAsync(control);

        using var process = program.Start(sync);
        var prose = process.StandardError.ReadToEndAsync(Stop);
        await watch.At(new KillPoint(course.BeginOf(step), TimeSpan.Zero))(process);
        await server.CrashAsync();
        var answer = JsonNode.Parse(await process.StandardOutput.ReadToEndAsync(Stop))!;
        await process.WaitForExitAsync(Stop);
        TestContext.Current.TestOutputHelper?.WriteLine(await prose);
        await server.StartAgainAsync();

        process.ExitCode.ShouldBe(6);
        var problem = answer["problems"]![0]!;
        problem["code"]!.ToString().ShouldBeOneOf("postgres.connection_lost", "postgres.interrupted", "postgres.unreachable");
        problem["hint"]!.ToString().ShouldNotBeEmpty();
        var left = await RowsAsync(server);
        (left.SequenceEqual(before) || left.SequenceEqual(after)).ShouldBeTrue();
        (await program.RunAsync(sync)).ShouldBe(0);
        (await RowsAsync(server)).SequenceEqual(after).ShouldBeTrue();
    }

    private static async Task ChangeAsync(HttpClient control, string description)
    {
        using var change = await control.PostAsJsonAsync(
            "/mutate/stripe/customers", new { update = new { count = Customers, set = new { description } } }, Stop);
        change.EnsureSuccessStatusCode();
    }

    private static async Task<IReadOnlyList<string>> TruthAsync(HttpClient control) =>
    [
        .. (await control.GetFromJsonAsync<JsonNode>("/truth/stripe/customers?full=true", Stop))!["records"]!.AsArray()
            .Select(record => $"{record!["id"]}|{record["description"]}").Order(StringComparer.Ordinal),
    ];

    private static async Task<IReadOnlyList<string>> RowsAsync(PrivatePostgres server)
    {
        var address = PostgresAddress.Parse(server.Url);
        address.Pooling = false;
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand("SELECT id || '|' || description FROM stripe_customers ORDER BY id COLLATE \"C\"", connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop)) rows.Add(reader.GetString(0));
        return rows;
    }
}
