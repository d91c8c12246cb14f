using Shouldly;
using Tidemark.Engine.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

/// <summary>P7: what a restore would come to is known before, and knowing it changes nothing.</summary>
public abstract partial class BackupPromises
{
    [Theory]
    [InlineData(RestoreMode.Missing, 1, 0, 2, 0)]
    [InlineData(RestoreMode.Overwrite, 1, 1, 1, 0)]
    [InlineData(RestoreMode.Exact, 1, 1, 1, 2)]
    public async Task P7_a_trial_of_a_restore_comes_to_its_figures_and_changes_nothing(
        RestoreMode mode, int created, int overwritten, int skipped, int deleted)
    {
        await Bench.Database.MergeAsync(Source("a", "b", "c"));
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        await ExecuteAsync("UPDATE people SET name = 'by hand' WHERE id = 'b'");
        await Bench.Database.MergeAsync(Source("d", "e"));
        await ExecuteAsync("CREATE TABLE visits (who text REFERENCES people (id) ON DELETE CASCADE)");
        await ExecuteAsync("INSERT INTO visits VALUES ('d'), ('d')");
        var before = await AllAsync();

        var trial = (await Bench.TryAsync(file, mode)).ShouldHaveSingleItem();

        (await AllAsync()).ShouldBe(before);
        (trial.Restored - trial.Overwritten, trial.Overwritten, trial.Skipped, trial.Deleted).ShouldBe((created, overwritten, skipped, deleted));
        trial.Cascades.ShouldBe(mode == RestoreMode.Exact ? [new("visits", 2, 2, 0)] : []);
        var done = await Bench.RestoreAsync(file, mode);
        (done with { Cascades = trial.Cascades }).ShouldBe(trial);
        (await AllAsync()).ShouldNotBe(before);

        async Task<IReadOnlyList<string>> AllAsync() =>
        [
            .. await QueryAsync(People), .. await QueryAsync("SELECT who FROM visits"),
            .. await QueryAsync("SELECT stream, kind, cursor, run FROM _tidemark_checkpoints ORDER BY 1, 2"),
        ];
    }

    [Fact]
    public async Task P7_a_trial_of_a_restore_is_refused_as_the_restore_is()
    {
        await Bench.Database.MergeAsync(Source("a"));
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DROP TABLE people");

        (await BackupBench.CodeAsync(() => Bench.TryAsync(file, RestoreMode.Missing))).ShouldBe("restore.table_missing");
    }
}
