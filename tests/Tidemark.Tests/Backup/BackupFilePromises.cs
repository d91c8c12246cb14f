using System.Diagnostics;
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
        var gone = await Bench.BackUpAsync("people");
        File.Delete(gone.Path);
        var left = new[] { "PK\u0003\u0004", "", """{"backup_timestamp": "2026""", "{\n  \"tidemark_backup\": 2" }
            .Select((start, at) => (Path: Path.Combine(Bench.Folder, $".tidemark-{at:x32}.part"), Start: start)).ToList();
        foreach (var (path, start) in left) await File.WriteAllTextAsync(path, start, Stop);
        await using var written = DurableFile.Create(Bench.Folder);
        Bench.Policy = new() { Name = "other" };
        await Bench.BackUpAsync("people");

        left.Where(file => File.Exists(file.Path)).ShouldBeEmpty();
        File.Exists(gone.ManifestPath).ShouldBeFalse();
        File.Exists(written.Name).ShouldBeTrue();
    }

    [Fact]
    public async Task H4_other_peoples_files_in_the_folder_stay_whatever_they_are_called()
    {
        await MakePeopleAsync();
        var gone = await Bench.BackUpAsync("people");
        var manifest = await File.ReadAllTextAsync(gone.ManifestPath, Stop);
        File.Delete(gone.Path);
        File.Delete(gone.ManifestPath);
        (string Name, string Text)[] strangers =
        [
            ("film.mkv.part", "PK\u0003\u0004"), ("app.manifest", "<assembly/>"), ("x.zip.manifest", "{}"),
            (".tidemark-1.part", "PK\u0003\u0004"), ($".tidemark-{1:x32}.part", "my notes"),
            ("test_backup_20200101_000000.zip.manifest", "{}"), ("mine_20200101_000000.zip.manifest", manifest),
        ];
        foreach (var (name, text) in strangers) await File.WriteAllTextAsync(Path.Combine(Bench.Folder, name), text, Stop);
        Bench.Policy = new() { Keep = 1, KeepDays = 1 };
        var file = await Bench.BackUpAsync("people");

        foreach (var (name, text) in strangers) (await File.ReadAllTextAsync(Path.Combine(Bench.Folder, name), Stop)).ShouldBe(text);
        (await new BackupFolder(Bench.Folder).ListAsync(Stop)).Select(listed => listed.Name).ShouldBe([file.Name]);
    }

    [Fact]
    public async Task H4_what_is_no_regular_file_is_named_and_passed_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        await MakePeopleAsync();
        var file = await Bench.BackUpAsync("people");
        string Named(int day) => Path.Combine(Bench.Folder, $"a_202001{day:00}_000000.zip");
        File.CreateSymbolicLink(Named(1), file.Path);
        File.Copy(file.ManifestPath, Named(1) + ".manifest");
        File.Copy(file.Path, Named(2));
        await PipeAsync(Named(2) + ".manifest");
        File.Copy(file.Path, Named(3));
        File.CreateSymbolicLink(Named(3) + ".manifest", Named(3) + ".manifest");
        File.Copy(file.Path, Named(4));
        File.CreateSymbolicLink(Named(4) + ".manifest", "/dev/zero");
        await PipeAsync(Path.Combine(Bench.Folder, $".tidemark-{1:x32}.part"));
        Directory.CreateDirectory(Named(5) + ".manifest");
        var folder = new BackupFolder(Bench.Folder);

        var listed = await folder.ListAsync(Stop);

        listed.Count(each => each.Problem is null).ShouldBe(1);
        listed.Where(each => each.Problem is not null).Select(each => each.Path).Order(StringComparer.Ordinal).ShouldBe([Named(1), Named(2), Named(3), Named(4)]);
        listed.First(each => each.Path == Named(2)).Problem.ShouldBe($"{Path.GetFileName(Named(2))}.manifest is a pipe or a device, and no regular file.");
        for (var day = 1; day <= 4; day++)
            (await BackupBench.CodeAsync(() => folder.FindAsync(Path.GetFileName(Named(day)), Stop))).ShouldBe("backup.not_a_file");
        await folder.SweepAsync(Stop);
        await Bench.BackUpAsync("people");
    }

    [Fact]
    public async Task H4_any_letter_of_a_manifest_that_is_changed_is_found_and_the_other_backups_are_listed()
    {
        await MakePeopleAsync();
        var good = await Bench.BackUpAsync("people");
        var bad = await Bench.BackUpAsync("people");
        var text = await File.ReadAllBytesAsync(bad.ManifestPath, Stop);
        var folder = new BackupFolder(Bench.Folder);
        for (var at = 0; at < text.Length; at++)
        {
            // Spaces between members say nothing, and a letter that means the same changes nothing.
            if (char.IsWhiteSpace((char)text[at])) continue;
            await File.WriteAllBytesAsync(bad.ManifestPath, [.. text[..at], (byte)(text[at] ^ 1), .. text[(at + 1)..]], Stop);
            (await BackupBench.CodeAsync(() => folder.FindAsync(bad.Name, Stop))).ShouldBe("backup.damaged", $"byte {at}");
        }

        (await folder.ListAsync(Stop)).Where(file => file.Problem is null).Select(file => file.Name).ShouldBe([good.Name]);
    }

    [Theory]
    [InlineData("\"name\": \"id\"", "\"name\": \"name\"")]
    [InlineData("\"table\"", "\"tablf\"")]
    [InlineData("\"tables\": [", "\"tables\": [], \"others\": [")]
    [InlineData("\"tables\": [", "\"tables\": [ null, ")]
    [InlineData("\"tidemark_backup\": 2,", "")]
    [InlineData("\"checksum\"", "\"checks\"")]
    public async Task H4_a_manifest_that_says_something_else_is_refused(string was, string says)
    {
        await MakePeopleAsync();
        var file = await Bench.BackUpAsync("people");
        var manifest = await File.ReadAllTextAsync(file.ManifestPath, Stop);
        manifest.ShouldContain(was);
        await File.WriteAllTextAsync(file.ManifestPath, manifest.Replace(was, says, StringComparison.Ordinal), Stop);

        (await BackupBench.CodeAsync(() => new BackupFolder(Bench.Folder).FindAsync(file.Name, Stop))).ShouldBe("backup.damaged");
    }

    [Fact]
    public async Task A_manifest_of_an_older_version_restores_and_stays_without_a_checksum_and_one_of_nothing_does_not()
    {
        await MakePeopleAsync();
        var file = await Bench.BackUpAsync("people");
        var folder = new BackupFolder(Bench.Folder);
        var old = file.Manifest with { Version = null };
        await folder.SaveAsync(file, old, Stop);
        var found = (await folder.FindAsync(file.Name, Stop)).ShouldNotBeNull();
        await ExecuteAsync("DELETE FROM people");

        found.Manifest.IsSealed.ShouldBeFalse();
        (await Bench.RestoreAsync(found, RestoreMode.Exact)).Restored.ShouldBe(3);
        (await File.ReadAllTextAsync(file.ManifestPath, Stop)).ShouldNotContain("checksum");
        await folder.SaveAsync(file, old with { Tables = [] }, Stop);
        (await BackupBench.CodeAsync(() => folder.FindAsync(file.Name, Stop))).ShouldBe("backup.damaged");
    }

    private static async Task PipeAsync(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync(Stop);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_passed_over_and_none_at_all_is_no_backup()
    {
        await MakePeopleAsync();
        (await Bench.BackUpAsync("people", "nowhere")).Manifest.Tables.Select(table => table.Table.Name).ShouldBe(["people"]);
        (await Bench.TryBackUpAsync("nowhere")).ShouldBeNull();
    }
}
