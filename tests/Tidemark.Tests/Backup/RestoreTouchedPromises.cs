using Shouldly;
using Tidemark.Engine.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

/// <summary>Which rows a restore brought back, overwrote and deleted can be told afterwards.</summary>
public abstract partial class BackupPromises
{
    [Fact]
    public async Task The_rows_of_a_restore_are_told_and_those_of_its_undo()
    {
        await Bench.Database.MergeAsync(Source("a", "b", "c"));
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        await ExecuteAsync("UPDATE people SET name = 'by hand' WHERE id = 'b'");
        await Bench.Database.MergeAsync(Source("d"));

        var restore = await Bench.RestoreAllAsync(file, RestoreMode.Exact);
        var told = await Bench.Database.TouchedAsync(restore.Run);
        var undo = await Bench.Database.UndoAsync(restore.Run);
        var back = await Bench.Database.TouchedAsync(undo.Run);

        told.Table.Rows.Select(row => $"{row.Deed} {row.Key}").ShouldBe(["Deleted d", "Updated b", "Created a"]);
        told.Table.Rows[1].Fields.ShouldHaveSingleItem().Before.ShouldBe("by hand");
        told.Untold.ShouldBeEmpty();
        back.Table.Rows.Select(row => $"{row.Deed} {row.Key}").ShouldBe(["Deleted a", "Updated b", "Created d"]);
        back.Untold.ShouldBeEmpty();
    }
}
