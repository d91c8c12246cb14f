using System.Diagnostics;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>A lost key, a damaged catalog and a home that cannot be used are each told, with the way out; nothing is made in their place.</summary>
public sealed class LostHomeTests : IAsyncLifetime
{
    private static readonly string[][] Verbs =
    [
        ["runs"], ["status"], ["run", "show", "last"], ["run", "logs", "last"], ["source", "list"], ["pipeline", "list"], ["quarantine", "list"],
        ["export"], ["test", "db"], ["sync", "payments"], ["run", "undo", "last"], ["secrets", "rotate"],
    ];

    private readonly PaymentsBench _payments = new(size: 30, isSynced: true);

    private string Catalog => Path.Combine(Bench.Home, "catalog.db");

    private string Key => Path.Combine(Bench.Home, "key");

    private CommandBench Bench => _payments.Bench;

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Theory]
    [InlineData(null, "secrets.key_missing")]
    [InlineData("no key", "secrets.key_unreadable")]
    [InlineData("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "secrets.wrong_key")]
    public async Task A_lost_key_names_the_secrets_and_they_are_forgotten_and_set_again(string? left, string code)
    {
        File.Delete(Key);
        if (left is not null) await File.WriteAllTextAsync(Key, left, CommandBench.Cancel);
        var runs = (await Bench.DoAsync("runs", "--json")).Lines.Count;

        var lost = await Bench.RunAsync("source", "list", "--json");
        (lost.Code, lost.ErrorCode).ShouldBe((ExitCode.Configuration, code), lost.ToString());
        lost.Error.ShouldContain("tidemark secrets forget");
        if (code != "secrets.key_unreadable") lost.Error.ShouldContain("source shop (api_key)");
        (await Bench.RunAsync("secrets", "forget", "--json")).ErrorCode.ShouldBe("secrets.not_confirmed");
        (await Bench.TypeAtTerminalAsync("n\n", "secrets", "forget")).Code.ShouldBe(ExitCode.Cancelled);
        (await Bench.RunAsync("source", "list", "--json")).ErrorCode.ShouldBe(code);

        var forgotten = await Bench.DoAsync("secrets", "forget", "--yes");
        forgotten.Output.ShouldContain("tidemark source set \"shop\" api_key=-");
        var without = await Bench.RunAsync("sync", "payments", "--json");
        without.Code.ShouldBe(ExitCode.Configuration, without.ToString());
        (await Bench.TypeAsync("sk_test_tidemark\n", "source", "set", "shop", "api_key=-")).Code.ShouldBe(ExitCode.Done);
        var resumed = (await Bench.DoAsync("sync", "payments", "--json")).Line;

        resumed.GetProperty("streams")[0].TryGetProperty("full", out _).ShouldBeFalse("it goes on from its checkpoint");
        (await Bench.DoAsync("runs", "--json")).Lines.Count.ShouldBe(runs + 2);
        (await Bench.DoAsync("secrets", "forget")).Output.ShouldContain("nothing was forgotten");
    }

    [Fact]
    public async Task A_secret_that_was_changed_outside_is_forgotten_alone()
    {
        await Bench.DoAsync("source", "set", "other", "--connector", "stripe", "api_key=sk_test_other");
        await using (var catalog = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Catalog};Pooling=False"))
        {
            await catalog.OpenAsync(CommandBench.Cancel);
            await using var swap = catalog.CreateCommand();
            swap.CommandText = "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE owner = 'shop') WHERE owner = 'other'";
            await swap.ExecuteNonQueryAsync(CommandBench.Cancel);
        }

        (await Bench.RunAsync("source", "list", "--json")).ErrorCode.ShouldBe("secrets.altered");
        var forgotten = (await Bench.DoAsync("secrets", "forget", "--yes", "--json")).Line;

        forgotten.GetProperty("name").GetString().ShouldBe("other");
        (await Bench.TypeAsync("sk_test_other\n", "source", "set", "other", "api_key=-")).Code.ShouldBe(ExitCode.Done);
        (await Bench.DoAsync("sync", "payments")).Code.ShouldBe(ExitCode.Done);
    }

    [Theory]
    [InlineData("emptied")]
    [InlineData("cut")]
    [InlineData("text")]
    [InlineData("gone")]
    [InlineData("no table")]
    public async Task A_damaged_catalog_is_told_by_every_verb_and_no_new_one_is_made(string damage)
    {
        await DamageAsync(damage);
        var left = File.Exists(Catalog) ? await File.ReadAllBytesAsync(Catalog, CommandBench.Cancel) : null;

        foreach (var verb in Verbs)
        {
            var answer = await Bench.RunAsync([.. verb, "--json"]);
            answer.Code.ShouldBe(ExitCode.Configuration, $"{string.Join(' ', verb)}: {answer}");
            answer.ErrorCode.ShouldBe(damage == "gone" ? "catalog.gone" : "catalog.unreadable", string.Join(' ', verb));
            answer.Error.ShouldContain("checkpoints are in the destinations");
            answer.Error.ShouldContain("tidemark apply -f FILE");
        }

        (await Bench.RunAsync("source", "set", "new", "--connector", "stripe", "api_key=sk_test_x", "--json")).Code.ShouldBe(ExitCode.Configuration);
        if (damage == "no table") return;
        (File.Exists(Catalog) ? await File.ReadAllBytesAsync(Catalog, CommandBench.Cancel) : null).ShouldBe(left);
    }

    [Fact]
    public async Task Bytes_that_were_overwritten_anywhere_in_the_catalog_are_no_unexpected_error()
    {
        await DamageAsync("none");
        var whole = await File.ReadAllBytesAsync(Catalog, CommandBench.Cancel);
        var told = 0;
        for (var at = 0; at < whole.Length; at += 7200)
        {
            var damaged = whole.ToArray();
            for (var place = at; place < Math.Min(at + 200, damaged.Length); place++) damaged[place] = (byte)((place * 151) + 7);
            foreach (var beside in Directory.EnumerateFiles(Bench.Home, "catalog.db-*")) File.Delete(beside);
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            await File.WriteAllBytesAsync(Catalog, damaged, CommandBench.Cancel);
            foreach (var verb in Verbs)
            {
                var answer = await Bench.RunAsync([.. verb, "--json"]);
                answer.Output.ShouldNotContain("defect.unexpected", customMessage: $"{string.Join(' ', verb)} with other bytes at {at}");
                if (answer.Output.Contains("catalog.unreadable", StringComparison.Ordinal)) told++;
            }
        }

        told.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task After_a_lost_catalog_exported_definitions_are_applied_and_runs_go_on_from_their_checkpoints()
    {
        var exported = (await Bench.DoAsync("export")).Output.Replace("<secret>", "sk_test_tidemark", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Bench.File("all.yaml"), exported, CommandBench.Cancel);
        await DamageAsync("gone");
        (await Bench.RunAsync("apply", "-f", Bench.File("all.yaml"), "--json")).ErrorCode.ShouldBe("catalog.gone");
        File.Move(Key, Bench.File("key"));

        await Bench.DoAsync("apply", "-f", Bench.File("all.yaml"));
        var run = (await Bench.DoAsync("sync", "payments", "--json")).Line;

        run.GetProperty("streams")[0].TryGetProperty("full", out _).ShouldBeFalse(run.ToString());
    }

    [Fact]
    public async Task A_file_where_the_home_or_a_folder_above_it_should_be_is_told()
    {
        await File.WriteAllTextAsync(Bench.File("file"), "", CommandBench.Cancel);

        foreach (var home in new[] { Bench.File("file"), Path.Combine(Bench.File("file"), "home") })
        {
            foreach (var verb in new[] { new[] { "runs" }, ["source", "set", "x", "--connector", "stripe", "api_key=sk_test_x"] })
            {
                using var output = new StringWriter();
                using var error = new StringWriter();
                var terminal = new Terminal(TextReader.Null, output, error, _ => null);
                (await TidemarkCommand.InvokeAsync([.. verb, "--json", "--home", home], terminal, TimeProvider.System, CommandBench.Cancel))
                    .ShouldBe(ExitCode.Configuration);
                output.ToString().ShouldContain("home.not_a_folder");
            }
        }
    }

    [Theory]
    [InlineData("a home that may not be entered", "700", "root", "home.unreadable")]
    [InlineData("a home that may be read", "755", "root", "catalog.unwritable")]
    [InlineData("a home of one's own, and a catalog that is not", "755", "nobody", "catalog.unwritable")]
    public async Task A_home_without_the_rights_is_told_in_one_sentence(string what, string mode, string owner, string code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/sbin/runuser"), "Only root can be another user.");
        await DamageAsync("none");
        foreach (var file in Directory.EnumerateFiles(Bench.Home)) await ShellAsync("chmod", "644", file);
        await ShellAsync("chmod", "755", Path.GetDirectoryName(Bench.Home)!);
        await ShellAsync("chown", owner, Bench.Home);
        await ShellAsync("chmod", mode, Bench.Home);

        foreach (var verb in new[] { "runs", "source list", "sync payments" })
        {
            var answer = await ShellAsync("/usr/sbin/runuser", ["-u", "nobody", "--", .. Program(), .. verb.Split(' '), "--json", "--home", Bench.Home]);
            answer.ShouldContain($"\"{code}\"", customMessage: $"{what}: {verb}");
        }
    }

    [Fact]
    public async Task A_home_that_cannot_be_made_is_told_in_one_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/sbin/runuser"), "Only root can be another user.");
        await ShellAsync("chmod", "755", Path.GetDirectoryName(Bench.Home)!);

        (await ShellAsync("/usr/sbin/runuser", ["-u", "nobody", "--", .. Program(), "source", "set", "x", "--connector", "stripe", "api_key=sk_test_x",
            "--json", "--home", Bench.File("other")])).ShouldContain("\"home.unwritable\"");
    }

    /// <summary>The program as another user may start it.</summary>
    private static string[] Program() => [Environment.ProcessPath!, typeof(TidemarkCommand).Assembly.Location];

    private static async Task<string> ShellAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["HOME"] = "/tmp", ["TMPDIR"] = "/tmp" },
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(CommandBench.Cancel);
        var error = await process.StandardError.ReadToEndAsync(CommandBench.Cancel);
        await process.WaitForExitAsync(CommandBench.Cancel);
        return output + error;
    }

    private async Task DamageAsync(string damage)
    {
        await using (var catalog = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Catalog};Pooling=False"))
        {
            await catalog.OpenAsync(CommandBench.Cancel);
            await using var all = catalog.CreateCommand();
            all.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)" + (damage == "no table" ? "; PRAGMA foreign_keys = OFF; DROP TABLE runs" : "");
            await all.ExecuteNonQueryAsync(CommandBench.Cancel);
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (damage is "none" or "no table") return;
        foreach (var beside in Directory.EnumerateFiles(Bench.Home, "catalog.db-*")) File.Delete(beside);
        if (damage == "gone") File.Delete(Catalog);
        if (damage == "emptied") await File.WriteAllTextAsync(Catalog, "", CommandBench.Cancel);
        if (damage == "text") await File.WriteAllTextAsync(Catalog, new string('x', 5000), CommandBench.Cancel);
        if (damage == "cut") await File.WriteAllBytesAsync(Catalog, (await File.ReadAllBytesAsync(Catalog, CommandBench.Cancel))[..4096], CommandBench.Cancel);
    }
}
