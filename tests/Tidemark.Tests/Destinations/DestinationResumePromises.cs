using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>A reading that ends between a batch's records in quarantine, which the catalog has, and its rows, which the destination has not.</summary>
public abstract partial class DestinationPromises
{
    private const string NoKey = """{"name":"no key"}""";

    // A page of its own batch, so that there is a place to resume from.
    private static readonly string[] FullBatch = Persons(0, 10_000);

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P3_P8_a_record_whose_batch_was_lost_is_quarantined_once_and_told_by_the_run_that_resumes(WriteMode mode)
    {
        string[][] pages = [[.. FullBatch, """{"id":"b","age":"x"}""", NoKey], ["""{"id":"c","age":"x"}""", """{"name":"nor this"}""", """{"id":"b","age":"y"}"""], []];
        await LoseSecondBatchAsync(pages, mode);
        (await Bench.QuarantineAsync()).Count.ShouldBe(4);

        var source = PeopleSource(pages);
        var resumed = await Bench.RunAsync(source, mode, Stop);

        source.PagesRead.ShouldBe(2);
        resumed.Status.ShouldBe(RunStatus.Partial);
        Only(resumed).ShouldSatisfyAllConditions(
            figures => figures.Quarantined.ShouldBe(4), figures => figures.IsAccountedFor.ShouldBeTrue(), figures => figures.Receipt!.IsVerified.ShouldBeTrue());
        (await Bench.QuarantineAsync()).Count.ShouldBe(4);
        (await Bench.CountAsync("people")).ShouldBe(10_000);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P8_a_record_whose_batch_was_lost_and_that_the_source_has_mended_since_is_a_row_and_no_longer_in_quarantine(WriteMode mode)
    {
        await LoseSecondBatchAsync([FullBatch, ["""{"id":"c","age":"x"}"""], []], mode);

        var resumed = await Bench.RunAsync(PeopleSource(FullBatch, [Person("c", "Cy")], []), mode, Stop);

        resumed.Status.ShouldBe(RunStatus.Succeeded);
        Only(resumed).ShouldSatisfyAllConditions(figures => figures.IsAccountedFor.ShouldBeTrue(), figures => figures.Quarantined.ShouldBe(0));
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        (await Bench.RowsAsync("people", ("id", "c"), "name")).ShouldBe(["Cy"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P8_a_page_that_is_read_again_after_a_break_puts_no_record_without_a_key_in_quarantine_twice(WriteMode mode)
    {
        string[] again = [NoKey, Person("a", "Ada")];
        var source = PeopleSource([.. FullBatch, .. again], [Person("b", "Bob")], again);
        source.Fault = ("people", 2, ScriptedSource.Broken());
        (await Bench.RunAsync(source, mode, Stop)).Problems.ShouldContain(problem => problem.Code == "source.broken");
        source.Fault = null;

        var resumed = await Bench.RunAsync(source, mode, Stop);

        Only(resumed).ShouldSatisfyAllConditions(figures => figures.Quarantined.ShouldBe(1), figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Payload.ShouldBe(NoKey);
        (await Bench.CountAsync("people")).ShouldBe(10_002);
    }

    /// <summary>Breaks a run off while it writes its second batch, once the records of that are in quarantine.</summary>
    private async Task LoseSecondBatchAsync(string[][] pages, WriteMode mode)
    {
        const string Checkpoints = "_tidemark_checkpoints";
        const string Aside = "aside";
        var source = PeopleSource(pages);
        source.BeforePage = async at =>
        {
            if (at < 2) return;
            while ((await Bench.RowsAsync(Checkpoints, "cursor")).All(string.IsNullOrEmpty)) await Task.Delay(10, Stop);
            await Bench.RenameAsync(Checkpoints, Aside);
        };
        (await Bench.RunAsync(source, mode, Stop)).Status.ShouldBe(mode == WriteMode.Merge ? RunStatus.Partial : RunStatus.Failed);
        await Bench.RenameAsync(Aside, Checkpoints);
    }
}
