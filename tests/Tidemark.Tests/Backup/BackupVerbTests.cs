using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Backup;

public sealed class BackupVerbTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 60, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers,charges");
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task S1_2_a_backup_is_made_listed_verified_and_restored()
    {
        await _bench.DoAsync("sync", "payments");
        var created = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line;
        await ScalarAsync("DELETE FROM shop_customers");
        var listed = (await _bench.DoAsync("backup", "list", "--json")).Line;
        var name = created.GetProperty("filename").GetString()!;
        var verified = (await _bench.DoAsync("backup", "verify", name, "--json")).Line;
        var restored = (await _bench.DoAsync("backup", "restore", name, "--json")).Line;

        (created.GetProperty("success").GetBoolean(), created.GetProperty("total_records").GetInt64()).ShouldBe((true, 180));
        created.GetProperty("filepath").GetString().ShouldBe(Path.Combine(_bench.Home, "backups", name));
        created.GetProperty("file_size_bytes").GetInt64().ShouldBe(new FileInfo(created.GetProperty("filepath").GetString()!).Length);
        listed.GetProperty("filename").GetString().ShouldBe(name);
        verified.GetProperty("verified").GetBoolean().ShouldBeTrue();
        Numbers(restored, "total_in_backup", "restored", "skipped", "errors").ShouldBe([180, 60, 120, 0]);
        restored.GetProperty("error_details").GetArrayLength().ShouldBe(0);
        (await _bench.DoAsync("runs", "--json")).Lines[0].GetProperty("run").GetString()
            .ShouldBe(restored.GetProperty("run").GetString());
        (await _bench.RunAsync("run", "retry", "last", "--json")).ErrorCode.ShouldBe("run.not_a_sync");
        var again = (await _bench.DoAsync("sync", "payments", "--json")).Line;
        again.GetProperty("streams").EnumerateArray().Sum(stream => stream.GetProperty("unchanged").GetInt64()).ShouldBe(180);
    }

    [Fact]
    public async Task The_extension_of_a_name_may_be_left_out_where_one_backup_is_meant()
    {
        await _bench.DoAsync("sync", "payments");
        var path = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filepath").GetString()!;
        var bare = Path.GetFileNameWithoutExtension(path);

        (await _bench.DoAsync("backup", "verify", bare, "--json")).Line.GetProperty("filename").GetString().ShouldBe(Path.GetFileName(path));
        var other = Path.ChangeExtension(path, ".json");
        File.Copy(path, other);
        File.Copy(path + ".manifest", other + ".manifest");
        var answer = await _bench.RunAsync("backup", "restore", bare, "--json");
        (answer.Code, answer.ErrorCode).ShouldBe((2, "backup.ambiguous"));
        (await _bench.DoAsync("backup", "verify", Path.GetFileName(path))).Output.ShouldContain("verified");
    }

    [Theory]
    [InlineData("../catalog.db")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    [InlineData("a\0b")]
    [InlineData(".hidden")]
    [InlineData("x.zip.manifest")]
    public async Task S1_8_a_name_cannot_leave_the_folder(string name)
    {
        foreach (var verb in new[] { "verify", "restore" })
        {
            var answer = await _bench.RunAsync("backup", verb, name, "--json");
            (answer.Code, answer.ErrorCode).ShouldBe((2, "backup.name_invalid"));
        }
    }

    [Fact]
    public async Task A_backup_that_is_not_there_and_a_pipeline_without_tables_are_told()
    {
        (await _bench.RunAsync("backup", "verify", "nothing.zip", "--json")).ErrorCode.ShouldBe("backup.unknown");
        (await _bench.RunAsync("backup", "create", "payments", "--json")).ErrorCode.ShouldBe("backup.nothing");
        (await _bench.DoAsync("backup", "list")).Output.ShouldContain("no backups yet");
    }

    [Fact]
    public async Task P1_a_damaged_backup_is_refused_and_listed_as_such()
    {
        await _bench.DoAsync("sync", "payments");
        var path = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filepath").GetString()!;
        var bytes = await File.ReadAllBytesAsync(path, CommandBench.Cancel);
        bytes[bytes.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(path, bytes, CommandBench.Cancel);
        var verify = await _bench.RunAsync("backup", "verify", Path.GetFileName(path), "--json");
        var restore = await _bench.RunAsync("backup", "restore", Path.GetFileName(path), "--exact", "--json");

        (verify.Code, verify.ErrorCode).ShouldBe((5, "backup.damaged"));
        (restore.Code, restore.ErrorCode).ShouldBe((5, "backup.damaged"));
        (await _bench.DoAsync("backup", "list", "--json")).Line.GetProperty("verified").GetBoolean().ShouldBeFalse();
        (await _bench.DoAsync("runs", "--json")).Lines[0].GetProperty("status").GetString().ShouldBe("failed");
    }

    [Fact]
    public async Task H4_a_bad_manifest_is_told_by_list_verify_and_restore_and_one_of_an_older_version_says_so()
    {
        await _bench.DoAsync("sync", "payments");
        var good = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filepath").GetString()!;
        var bad = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filepath").GetString()!;
        await ChangeAsync(bad, text => text.Replace("\"name\": \"email\"", "\"name\": \"emaim\"", StringComparison.Ordinal));
        await ChangeAsync(good, text =>
        {
            var old = text.Replace("\"tidemark_backup\": 2,", "", StringComparison.Ordinal);
            return old[..old.LastIndexOf(",\n  \"checksum\"", StringComparison.Ordinal)] + "\n}";
        });

        var listed = (await _bench.DoAsync("backup", "list", "--json")).Lines;
        listed.Select(line => (line.TryGetProperty("problem", out _), line.GetProperty("manifest_checksum").GetBoolean()))
            .ShouldBe([(true, false), (false, false)], ignoreOrder: true);
        (await _bench.DoAsync("backup", "list")).Output.ShouldContain("cannot be used");
        foreach (var verb in new[] { "verify", "restore" })
            (await _bench.RunAsync("backup", verb, Path.GetFileName(bad), "--json")).ErrorCode.ShouldBe("backup.damaged");
        (await _bench.DoAsync("backup", "verify", Path.GetFileName(good))).Output.ShouldContain("without a checksum of itself");
        (await _bench.DoAsync("backup", "restore", Path.GetFileName(good))).Output.ShouldContain("without a checksum of itself");

        static async Task ChangeAsync(string file, Func<string, string> change)
        {
            var manifest = file + ".manifest";
            await File.WriteAllTextAsync(manifest, change(await File.ReadAllTextAsync(manifest, CommandBench.Cancel)), CommandBench.Cancel);
        }
    }

    [Fact]
    public async Task H5_what_a_killed_backup_has_left_is_removed_by_the_next_run_of_any_kind()
    {
        await _bench.DoAsync("sync", "payments");
        var folder = Path.GetDirectoryName((await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filepath").GetString())!;
        var left = Path.Combine(folder, $".tidemark-{1:x32}.part");
        await File.WriteAllTextAsync(left, "PK\u0003\u0004", CommandBench.Cancel);
        await _bench.DoAsync("sync", "payments");

        File.Exists(left).ShouldBeFalse();
        Directory.GetFiles(folder).Length.ShouldBe(2);
    }

    [Fact]
    public async Task S1_15_backups_are_pruned_by_number_after_each_one_and_settings_survive_an_export()
    {
        await _bench.DoAsync("sync", "payments");
        var yaml = (await _bench.DoAsync("export")).Output + "  backup: { keep: 2, keep_days: 7, name: nightly, folder: kept }\n";
        (await _bench.TypeAsync(yaml, "apply", "-f", "-")).Code.ShouldBe(0);
        for (var round = 0; round < 3; round++) await _bench.DoAsync("backup", "create", "payments");
        var last = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line;

        last.GetProperty("pruned").GetArrayLength().ShouldBe(1);
        (await _bench.DoAsync("backup", "list", "payments", "--json")).Lines.Count.ShouldBe(2);
        Directory.EnumerateFiles(Path.Combine(_bench.Home, "kept")).Count().ShouldBe(4); // each with its manifest
        (await _bench.DoAsync("export")).Output.ShouldContain("keep_days: 7");
        (await _bench.DoAsync("backup", "prune", "--json")).Line.GetProperty("pruned").GetArrayLength().ShouldBe(0);
        var wrong = await _bench.TypeAsync(yaml.Replace("keep: 2", "kep: 2", StringComparison.Ordinal), "apply", "-f", "-", "--json");
        wrong.ErrorCode.ShouldBe("definition.unknown_key");
    }

    [Fact]
    public async Task S1_1_a_refresh_backs_up_clears_and_inserts_and_its_steps_say_so()
    {
        await _bench.DoAsync("sync", "payments", "customers");
        var refresh = (await _bench.DoAsync("sync", "payments", "customers", "--refresh", "--json")).Line;

        refresh.GetProperty("mode").GetString().ShouldBe("refresh");
        var steps = refresh.GetProperty("refresh");
        Numbers(steps.GetProperty("clear"), "deleted_count", "remaining_count", "inserted_count").ShouldBe([60, 0, 60]);
        var backup = steps.GetProperty("backup");
        backup.GetProperty("total_records").GetInt64().ShouldBe(60);
        File.Exists(backup.GetProperty("filepath").GetString()).ShouldBeTrue();
        (await _bench.DoAsync("run", "show", "last", "--json")).Line.GetRawText().ShouldBe(refresh.GetRawText());
        var shown = (await _bench.DoAsync("run", "show", "last")).Output;
        foreach (var step in new[] { "backup", "read", "guard", "publish", "clear" }) shown.ShouldContain(step);
    }

    [Fact]
    public async Task S1_14_a_refresh_whose_backup_cannot_be_written_changes_nothing()
    {
        await _bench.DoAsync("sync", "payments");
        await File.WriteAllTextAsync(Path.Combine(_bench.Home, "backups"), "a file", CommandBench.Cancel);
        var answer = await _bench.RunAsync("sync", "payments", "--refresh", "--json");

        answer.Code.ShouldBe(1);
        answer.Line.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("backup.cannot_write");
        answer.Line.GetProperty("streams").EnumerateArray().Sum(stream => stream.GetProperty("read").GetInt64()).ShouldBe(0);
        answer.Line.GetProperty("refresh").TryGetProperty("clear", out _).ShouldBeFalse();
        (await _bench.DoAsync("sync", "payments", "--full", "--json")).Line.GetProperty("streams").EnumerateArray()
            .Sum(stream => stream.GetProperty("unchanged").GetInt64()).ShouldBe(180);
    }

    [Fact]
    public async Task S1_13_a_refresh_that_fetches_nothing_keeps_the_old_rows_and_says_why()
    {
        await _bench.DoAsync("sync", "payments", "customers");
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var body = new StringContent("""{"delete":{"count":60}}""", mediaType: new("application/json"));
        using var answer = await control.PostAsync(new Uri("mutate/stripe/customers", UriKind.Relative), body, CommandBench.Cancel);
        var refresh = await _bench.RunAsync("sync", "payments", "customers", "--refresh", "--json");

        refresh.Code.ShouldBe(4);
        refresh.Line.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("guard.empty_source");
        (await CountAsync("shop_customers")).ShouldBe(60);
    }

    private static IEnumerable<long> Numbers(JsonElement json, params string[] names) =>
        names.Select(name => json.GetProperty(name).GetInt64());

    private async Task<long> CountAsync(string table) => (long)(await ScalarAsync($"SELECT count(*) FROM {table}"))!;

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_bench.File("db.sqlite")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(CommandBench.Cancel);
    }
}
