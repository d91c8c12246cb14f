using Shouldly;
using Tidemark.Connectors.S3;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Backup;

public sealed class BackupUploadTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private PlayedBucket _bucket = null!;

    public async ValueTask InitializeAsync()
    {
        _bucket = await PlayedBucket.StartAsync(CommandBench.Cancel);
        _bench.Variables["S3_SECRET"] = "very-secret";
        await _bench.DoAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_tidemark");
        await _bench.DoAsync("destination", "set", "db", "--connector", "sqlite", $"path={_bench.File("db.sqlite")}");
        await _bench.DoAsync("destination", "set", "vault", "--connector", "s3", "bucket=vault", "prefix=tidemark/",
            $"endpoint={_bucket.Address}", "access_key=access", "secret_key=${S3_SECRET}", "allow_private_network=true", "keep_days=30");
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_bench.File("db.sqlite")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE s_people (id TEXT NOT NULL PRIMARY KEY); INSERT INTO s_people VALUES ('a')";
        await command.ExecuteNonQueryAsync(CommandBench.Cancel);
        const string yaml = """
            pipelines:
              - { name: people, source: s, destination: db, streams: [customers], tables: s_people, backup: { upload: vault } }
            """;
        (await _bench.TypeAsync(yaml, "apply", "-f", "-")).Code.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _bucket.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task S1_15_a_backup_is_sent_to_a_bucket_and_old_ones_go_there_by_their_own_rule()
    {
        var old = TimeProvider.System.GetUtcNow().AddDays(-31);
        const string oldest = "people_backup_20200101_000000.zip";
        string[] others = ["another/" + oldest, "people/letter.zip", "people/letter.zip.manifest", "people/unfinished_20200101_000000.zip"];
        foreach (var name in new[] { $"people/{oldest}", $"people/{oldest}.manifest" }.Concat(others))
            _bucket.Files[$"tidemark/{name}"] = ([1], old);
        var created = (await _bench.DoAsync("backup", "create", "people", "--json")).Line;

        created.GetProperty("upload").GetProperty("success").GetBoolean().ShouldBeTrue();
        var path = created.GetProperty("filepath").GetString()!;
        var name0 = $"tidemark/people/{Path.GetFileName(path)}";
        _bucket.Files.Keys.ShouldBe([.. others.Select(name => $"tidemark/{name}"), name0, name0 + ".manifest"], ignoreOrder: true);
        _bucket.Files[name0].Bytes.ShouldBe(await File.ReadAllBytesAsync(path, CommandBench.Cancel));
        (await _bench.DoAsync("test", "vault", "--json")).Line.GetProperty("works").GetBoolean().ShouldBeTrue();
        (await _bench.DoAsync("export")).Output.ShouldNotContain("very-secret");
        (await _bench.RunAsync("destination", "remove", "vault", "--json")).ErrorCode.ShouldBe("destination.in_use");
    }

    [Theory]
    [InlineData(403, "s3.permission")]
    [InlineData(404, "s3.not_found")]
    [InlineData(400, "s3.failed")]
    public async Task A_bucket_that_refuses_makes_the_command_partial_and_the_backup_here_stays(int status, string code)
    {
        _bucket.Refusal = status;
        var answer = await _bench.RunAsync("backup", "create", "people", "--json");

        answer.Code.ShouldBe(3, answer.ToString());
        answer.Line.GetProperty("upload").GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe(code);
        File.Exists(answer.Line.GetProperty("filepath").GetString()).ShouldBeTrue();
        answer.ToString().ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task A_file_that_does_not_come_back_as_it_was_sent_is_told()
    {
        _bucket.OnTheWayBack = bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        var answer = await _bench.RunAsync("backup", "create", "people", "--json");

        answer.Code.ShouldBe(3);
        answer.Line.GetProperty("upload").GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("s3.not_as_sent");
    }

    [Fact]
    public async Task A_large_file_is_sent_in_parts()
    {
        var bytes = Enumerable.Range(0, 25_000).Select(at => (byte)(at * 31)).ToArray();
        var path = _bench.File("large");
        await File.WriteAllBytesAsync(path, bytes, CommandBench.Cancel);
        using var storage = new S3Storage(Options(), partBytes: 10_000);
        await storage.UploadAsync(path, "large", CommandBench.Cancel);

        _bucket.Files["large"].Bytes.ShouldBe(bytes);
    }

    [Fact]
    public async Task P11_an_address_in_a_private_network_needs_a_setting()
    {
        using var storage = new S3Storage(Options() with { AllowPrivateNetwork = false });
        var refused = await Should.ThrowAsync<TidemarkException>(() => storage.ListAsync("", CommandBench.Cancel));
        refused.Message.ShouldContain("127.0.0.1");
    }

    private S3Options Options() => new()
    {
        Bucket = "vault",
        Endpoint = _bucket.Address,
        AccessKey = new Secret("access"),
        SecretKey = new Secret("very-secret"),
        AllowPrivateNetwork = true,
    };
}
