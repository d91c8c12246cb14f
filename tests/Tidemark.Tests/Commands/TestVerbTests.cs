using Npgsql;
using Shouldly;
using Tidemark.Output;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary><c>test</c> says "works" of what it has tried, and of nothing else.</summary>
public sealed class TestVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private readonly string _schema = $"test_{Guid.NewGuid():N}";
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        await ServerAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE; DROP ROLE IF EXISTS {_schema}");
        _bench.Dispose();
    }

    [Fact]
    public async Task A_pipeline_is_tested_with_both_its_ends_and_leaves_nothing_behind()
    {
        await _bench.DoAsync("pipeline", "set", "p", "--source", "shop", "--destination", "db", "--streams", "plans");

        var tests = (await _bench.DoAsync("test", "p", "--json")).Lines;
        var shown = await _bench.DoAsync("test", "p");
        await _bench.DoAsync("sync", "p");
        var later = await _bench.DoAsync("test", "p");

        tests.Select(test => $"{test.GetProperty("kind")} {test.GetProperty("name")} {test.GetProperty("works")}")
            .ShouldBe(["source shop True", "destination db True", "pipeline p True"]);
        tests[1].GetProperty("tried").GetString().ShouldBe("reached; a table was made, written and taken back");
        shown.Output.ShouldContain("pipeline p (shop to db): works");
        shown.Output.ShouldContain("table shop_plans: not there yet; the first run makes it");
        shown.Output.ShouldContain("free on its disk");
        later.Output.ShouldContain("table shop_plans: there");
        await using var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_bench.File("db.sqlite")}");
        await db.OpenAsync(CommandBench.Cancel);
        await using var count = db.CreateCommand();
        count.CommandText = "SELECT count(*) FROM sqlite_schema WHERE name LIKE '_tidemark_test%'";
        (await count.ExecuteScalarAsync(CommandBench.Cancel)).ShouldBe(0L);
    }

    [Fact]
    public async Task What_may_pass_is_told_from_what_somebody_has_to_mend_by_the_exit_code()
    {
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var fault = new StringContent("""{"fault":"status","status":503,"times":-1}""", mediaType: new("application/json"));
        (await control.PostAsync(new Uri("faults/stripe", UriKind.Relative), fault, CommandBench.Cancel)).EnsureSuccessStatusCode();
        var down = await _bench.RunAsync("test", "shop", "--json");
        down.Code.ShouldBe(ExitCode.TryLater, down.ToString());
        down.Line.GetProperty("problems")[0].GetProperty("transient").GetBoolean().ShouldBeTrue();
        (await _bench.RunAsync("test", "--json")).Code.ShouldBe(ExitCode.TryLater, "the database works");

        await _bench.DoAsync("destination", "set", "lost", "--connector", "sqlite", $"path={_bench.File("no/such/folder/x.db")}");
        (await _bench.RunAsync("test", "--json")).Code.ShouldBe(ExitCode.Configuration, "somebody has to act");
    }

    [Fact]
    public async Task A_disk_with_less_room_than_a_full_reading_needs_is_told()
    {
        await _bench.DoAsync("sync", "shop", "db", "plans");
        var file = _bench.File("db.sqlite");
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        // A file with a hole in it takes no room, and has the size of one without.
        await using (var hole = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            hole.SetLength(new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace + (1L << 32));

        var tested = await _bench.RunAsync("test", "db", "--json");

        tested.Code.ShouldBe(ExitCode.Configuration);
        tested.Line.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("destination.little_room");
    }

    [Fact]
    public async Task A_stream_that_the_source_does_not_have_any_more_is_a_problem_of_the_pipeline()
    {
        await _bench.DoAsync("pipeline", "set", "p", "--source", "shop", "--destination", "db", "--streams", "customers");
        await _bench.DoAsync("source", "set", "shop", "--connector", "close", "api_key=api_tidemark",
            $"base_url={_sandbox.Vendors["close"]}", "allow_private_network=true");

        var tested = await _bench.RunAsync("test", "--json");

        tested.Code.ShouldBe(ExitCode.Configuration);
        var pipeline = tested.Lines.Single(test => test.GetProperty("kind").GetString() == "pipeline");
        pipeline.GetProperty("works").GetBoolean().ShouldBeFalse();
        pipeline.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("stream.unknown");
        (await _bench.RunAsync("test", "pp", "--json")).ErrorCode.ShouldBe("name.unknown");
    }

    [Fact]
    public async Task An_inactive_source_and_its_pipeline_are_called_inactive()
    {
        await _bench.DoAsync("pipeline", "set", "p", "--source", "shop", "--destination", "db");
        await _bench.DoAsync("source", "set", "shop", "--active", "false");

        var shown = await _bench.DoAsync("test");

        shown.Output.ShouldContain("source shop (stripe): inactive, no run reads it");
        shown.Output.ShouldContain("pipeline p (shop to db): inactive, as its source is");
        (await _bench.DoAsync("test", "shop", "--json")).Line.GetProperty("active").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_user_who_may_not_make_or_write_tables_does_not_work()
    {
        await ServerAsync($"CREATE ROLE {_schema} LOGIN PASSWORD 'pw'; CREATE SCHEMA {_schema}; GRANT USAGE ON SCHEMA {_schema} TO {_schema}; "
            + $"CREATE TABLE {_schema}.shop_plans (id text PRIMARY KEY); GRANT SELECT ON {_schema}.shop_plans TO {_schema}");
        await _bench.DoAsync("destination", "set", "pg", "--connector", "postgres", $"url={Address(_schema, "pw")}", $"schema={_schema}");
        await _bench.DoAsync("pipeline", "set", "p", "--source", "shop", "--destination", "pg", "--streams", "plans");

        var tested = await _bench.RunAsync("test", "pg");

        tested.Code.ShouldBe(ExitCode.Configuration);
        tested.Output.ShouldContain("destination pg (postgres): does not work");
        tested.Output.ShouldContain("postgres.permission");
        (await _bench.RunAsync("test", "p")).Output.ShouldContain("pipeline p (shop to pg): does not work");
    }

    [Fact]
    public async Task Who_holds_a_table_and_how_large_it_is_are_told()
    {
        var url = Address(null, null);
        await _bench.DoAsync("destination", "set", "pg", "--connector", "postgres", $"url={url}", $"schema={_schema}");
        await _bench.DoAsync("pipeline", "set", "p", "--source", "shop", "--destination", "pg", "--streams", "plans,products");
        await _bench.DoAsync("sync", "p");
        await using var holder = await TestPostgres.ConnectAsync(_schema, CommandBench.Cancel);
        await using var transaction = await holder.BeginTransactionAsync(CommandBench.Cancel);
        await using var lockIt = new NpgsqlCommand($"LOCK TABLE {_schema}.shop_plans IN ACCESS EXCLUSIVE MODE", holder);
        await lockIt.ExecuteNonQueryAsync(CommandBench.Cancel);

        var shown = await _bench.DoAsync("test", "p");

        shown.Output.ShouldMatch(@"table shop_plans: about [0-9]+ rows, locked just now\. It is held by ");
        shown.Output.ShouldMatch(@"table shop_products: about [0-9]+ rows, [0-9.]+ kB");
    }

    private static string Address(string? user, string? password)
    {
        var url = new UriBuilder(TestPostgres.Url);
        if (user is not null) (url.UserName, url.Password) = (user, password);
        return url.Uri.ToString();
    }

    private static async Task ServerAsync(string sql)
    {
        await using var server = await TestPostgres.ConnectAsync("public", CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, server);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
