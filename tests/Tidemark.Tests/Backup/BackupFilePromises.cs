using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Backup;

public abstract partial class BackupPromises
{
    [Fact]
    public async Task S1_7_a_json_backup_has_four_members_and_two_in_one_second_do_not_collide()
    {
        await MakePeopleAsync();
        Bench.Policy = new() { Format = BackupFormat.Json, Name = "interpreter_backup" };
        var first = await Bench.BackUpAsync("people");
        var second = await Bench.BackUpAsync("people");

        first.Name.ShouldBe("interpreter_backup_20261122_101530.json");
        second.Name.ShouldBe("interpreter_backup_20261122_101530_2.json");
        var document = JsonDocument.Parse(await File.ReadAllBytesAsync(first.Path, Stop)).RootElement;
        document.EnumerateObject().Select(member => member.Name)
            .ShouldBe(["backup_timestamp", "backup_datetime", "total_records", "records"]);
        document.GetProperty("backup_timestamp").GetString().ShouldBe("20261122_101530");
        document.GetProperty("total_records").GetInt64().ShouldBe(3);
        document.GetProperty("records").EnumerateArray().Select(record => (record.GetProperty("id").GetString(), record.GetProperty("name").GetString()))
            .ShouldBe([("a", "Ada"), ("b", "Bob"), ("c", null)], ignoreOrder: true);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(first.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.EnumerateFiles(Bench.Folder, "*.part").ShouldBeEmpty();
    }

    [Fact]
    public async Task S1_7_a_json_backup_takes_one_table()
    {
        await MakePeopleAsync();
        await ExecuteAsync("CREATE TABLE pets (id text NOT NULL PRIMARY KEY)");
        Bench.Policy = new() { Format = BackupFormat.Json };

        (await BackupBench.CodeAsync(() => Bench.TryBackUpAsync("people", "pets"))).ShouldBe("backup.one_table");
        Directory.EnumerateFiles(Bench.Folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(BackupFormat.Compact)]
    [InlineData(BackupFormat.Json)]
    public async Task P1_a_backup_of_which_any_byte_is_changed_or_missing_is_refused_before_anything_changes(BackupFormat format)
    {
        await MakePeopleAsync();
        Bench.Policy = new() { Format = format };
        var file = await Bench.BackUpAsync("people");
        var bytes = await File.ReadAllBytesAsync(file.Path, Stop);
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        for (var at = 0; at < bytes.Length; at += Math.Max(1, bytes.Length / 20))
        {
            await DamageAsync([.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]]);
            await DamageAsync(bytes[..at]);
        }

        // Also where the manifest knows nothing of the file as a whole, the rows tell.
        var unsealed = file with { Manifest = file.Manifest with { Sha256 = "" } };
        await File.WriteAllBytesAsync(file.Path, bytes[..^30], Stop);
        (await BackupBench.CodeAsync(() => BackupBench.VerifyAsync(unsealed))).ShouldBe("backup.damaged");
        (await QueryAsync("SELECT id FROM people ORDER BY id")).ShouldBe(["b", "c"]);

        async Task DamageAsync(byte[] damaged)
        {
            await File.WriteAllBytesAsync(file.Path, damaged, Stop);
            (await BackupBench.CodeAsync(() => BackupBench.VerifyAsync(file))).ShouldBe("backup.damaged");
            (await BackupBench.CodeAsync(() => Bench.RestoreAllAsync(file, RestoreMode.Exact))).ShouldBe("backup.damaged");
        }
    }

    [Fact]
    public async Task S1_14_a_backup_that_cannot_be_written_says_why_and_leaves_nothing()
    {
        await MakePeopleAsync();
        var taken = Path.Combine(Bench.Database.Folder, "taken");
        await File.WriteAllTextAsync(taken, "a file", Stop);
        var refused = await Should.ThrowAsync<TidemarkException>(() => Bench.BackUpToAsync(Path.Combine(taken, "backups"), "people"));

        (refused.Code, refused.Kind).ShouldBe(("backup.cannot_write", FailureKind.Configuration));
        refused.Message.ShouldContain(taken);
    }

    [Fact]
    public async Task What_a_crash_left_is_swept_by_the_next_backup_and_what_is_being_written_is_not()
    {
        await MakePeopleAsync();
        Directory.CreateDirectory(Bench.Folder);
        var left = Path.Combine(Bench.Folder, ".tidemark-1.part");
        var orphan = Path.Combine(Bench.Folder, "test_backup_20200101_000000.zip.manifest");
        await File.WriteAllTextAsync(left, "half", Stop);
        await File.WriteAllTextAsync(orphan, "{}", Stop);
        await using var written = DurableFile.Create(Bench.Folder);
        await Bench.BackUpAsync("people");

        File.Exists(left).ShouldBeFalse();
        File.Exists(orphan).ShouldBeFalse();
        File.Exists(written.Name).ShouldBeTrue();
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_passed_over_and_none_at_all_is_no_backup()
    {
        await MakePeopleAsync();
        (await Bench.BackUpAsync("people", "nowhere")).Manifest.Tables.Select(table => table.Table.Name).ShouldBe(["people"]);
        (await Bench.TryBackUpAsync("nowhere")).ShouldBeNull();
    }
}
