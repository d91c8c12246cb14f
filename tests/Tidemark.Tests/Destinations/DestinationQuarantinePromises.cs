using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public abstract partial class DestinationPromises
{
    private const string TooOld = """{"id":"b","name":"Bob","age":200}""";

    /// <summary>A table of the application's making, which refuses people of 150 years and more.</summary>
    private async Task RefuseOldPeopleAsync()
    {
        await Bench.MergeAsync(PeopleSource());
        await Bench.DropAsync("people");
        await Bench.MakeLimitedTableAsync("people", "age", 150);
        (await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), TooOld]))).Status.ShouldBe(RunStatus.Partial);
    }

    /// <summary>Lifts what refused them; the rows stay.</summary>
    private Task AllowOldPeopleAsync() => Bench.LiftLimitAsync("people");

    private Task<IReadOnlyList<string>> NamesAsync() => Bench.RowsAsync("people", "id", "name");

    [Fact]
    public async Task P3_a_merge_is_not_called_succeeded_while_a_record_waits_that_it_cannot_try_again()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        var incomplete = new ScriptedSource(People) { Unfit = "It could not be read by its id." }.With("people", [Person("a", "Ada L")]);
        Only(await Bench.MergeAsync(incomplete)).Quarantined.ShouldBe(1);
        var merged = await Bench.MergeAsync(PeopleSource([Person("b", "Bobby")]));

        merged.Status.ShouldBe(RunStatus.Partial);
        Only(merged).ShouldSatisfyAllConditions(
            figures => (figures.Read, figures.Quarantined).ShouldBe((1, 0)), figures => figures.Receipt!.IsVerified.ShouldBeTrue());
        merged.Problems.ShouldHaveSingleItem().Message.ShouldStartWith("1 records of people are in quarantine since an earlier run");
        (await Bench.MergeAsync(PeopleSource([Person("a", "Ada L")]))).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_5_the_next_run_tries_a_quarantined_record_again_and_accounts_for_it()
    {
        await RefuseOldPeopleAsync();
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Key.ShouldBe("b");

        var refused = await Bench.MergeAsync(PeopleSource([Person("c", "Cy")]));
        Only(refused).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(2), figures => figures.Created.ShouldBe(1), figures => figures.Quarantined.ShouldBe(1),
            figures => figures.IsAccountedFor.ShouldBeTrue());
        var still = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        still.Run.ShouldBe(refused.Run);
        still.LastSeen.ShouldBeGreaterThan(still.FirstSeen);

        await AllowOldPeopleAsync();
        var accepted = await Bench.MergeAsync(PeopleSource([Person("d", "Di")]));
        accepted.Status.ShouldBe(RunStatus.Succeeded);
        Only(accepted).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(2), figures => figures.Created.ShouldBe(2), figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bob", "c|Cy", "d|Di"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task A_constraint_is_told_in_the_same_words_in_every_mode(WriteMode mode)
    {
        await RefuseOldPeopleAsync();
        var merged = (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason;
        await Bench.RunAsync(PeopleSource([Person("a", "Ada"), TooOld]), mode, Stop);

        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldBe(merged.Message);
        merged.Message.ShouldNotContain("Error");
    }

    [Fact]
    public async Task S2_5_a_version_that_is_read_and_refused_anew_stays_the_same_entry()
    {
        await RefuseOldPeopleAsync();
        var before = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        var again = await Bench.MergeAsync(PeopleSource(["""{"id":"b","name":"Bobby","age":201}"""]));

        Only(again).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(2), figures => figures.Skipped.ShouldBe(1), figures => figures.Quarantined.ShouldBe(1),
            figures => figures.IsAccountedFor.ShouldBeTrue());
        var after = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        (after.Id, after.FirstSeen, after.Run, after.Record.CanRetry).ShouldBe((before.Id, before.FirstSeen, again.Run, true));
        after.Record.Payload.ShouldContain("Bobby");
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task S2_5_a_record_that_is_tried_again_and_read_again_as_it_was_counts_once(WriteMode mode)
    {
        var source = PeopleSource([Person("a", "Ada"), """{"id":"b","age":"x"}""", """{"name":"no key"}"""], ["""{"id":"c","age":"y"}"""]);
        await Bench.RunAsync(source, mode, Stop);

        for (var round = 0; round < 2; round++)
        {
            var again = await Bench.RunAsync(source, mode, Stop);

            Only(again).ShouldSatisfyAllConditions(
                figures => figures.Quarantined.ShouldBe(3), figures => figures.Unchanged.ShouldBe(1),
                figures => figures.Skipped.ShouldBe(mode == WriteMode.Merge ? 3 : 0), figures => figures.IsAccountedFor.ShouldBeTrue());
            (await Bench.QuarantineAsync()).Count.ShouldBe(3);
        }
    }

    [Fact]
    public async Task S2_5_a_newer_version_wins_over_the_one_in_quarantine()
    {
        await RefuseOldPeopleAsync();
        await AllowOldPeopleAsync();
        var result = await Bench.MergeAsync(PeopleSource([Person("b", "Bobby")]));

        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(2), figures => figures.Created.ShouldBe(1), figures => figures.Updated.ShouldBe(1));
        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bobby"]);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_5_a_newer_version_or_a_deletion_settles_what_still_cannot_be_written()
    {
        await RefuseOldPeopleAsync();
        await Bench.MergeAsync(PeopleSource(["""{"id":"c","name":"Cy","age":300}""", """{"name":"no key"}"""]));
        (await Bench.QuarantineAsync()).Count.ShouldBe(3);
        var result = await Bench.MergeAsync(PeopleSource([Person("b", "Bobby"), """-{"id":"c"}"""]));

        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(4), figures => figures.Skipped.ShouldBe(2), figures => figures.Quarantined.ShouldBe(1),
            figures => figures.Created.ShouldBe(1), figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Key.ShouldBeNull();
        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bobby"]);
    }

    [Fact]
    public async Task P2_a_version_that_cannot_be_written_is_skipped_where_a_later_one_of_the_reading_can()
    {
        string[][] pages = [["""{"id":"a","age":"x"}""", Person("a", "Ada"), """{"id":"b","age":"x"}"""], Persons(0, 10_001), [Person("b", "Bob")]];
        foreach (var mode in new[] { WriteMode.Replace, WriteMode.Replace, WriteMode.Merge })
        {
            var result = await Bench.RunAsync(PeopleSource(pages), mode, Stop);
            result.Status.ShouldBe(RunStatus.Succeeded);
            Only(result).ShouldSatisfyAllConditions(
                figures => figures.Skipped.ShouldBe(2), figures => figures.Quarantined.ShouldBe(0),
                figures => figures.IsAccountedFor.ShouldBeTrue());
            (await Bench.QuarantineAsync()).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task S2_5_a_complete_replace_settles_what_it_did_not_meet_again()
    {
        await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), """{"id":"b","age":"x"}""", """{"id":"c","age":"y"}""", "[]"]));
        (await Bench.QuarantineAsync()).Count.ShouldBe(3);
        await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob"), """{"id":"c","age":"z"}"""]));

        var left = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        left.Record.Key.ShouldBe("c");
        left.Record.Payload.ShouldContain("\"z\"");
    }

    [Fact]
    public async Task S2_5_a_replace_that_is_not_published_leaves_the_quarantine_in_sight_and_unwritten()
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        await Bench.MergeAsync(PeopleSource(["""{"id":"bad","name":"old","age":"x"}"""]));
        (await Bench.ReplaceAsync(PeopleSource([Person("bad", "new")]))).Status.ShouldBe(RunStatus.Parked);

        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.CanRetry.ShouldBeFalse();
        (await Bench.MergeAsync(PeopleSource([Person("other", "o")]))).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        await Bench.MergeAsync(PeopleSource([Person("bad", "new")]));
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        (await Bench.RowsAsync("people", ("id", "bad"), "name")).ShouldBe(["new"]);
    }

    [Fact]
    public async Task S2_5_a_record_that_the_source_calls_incomplete_is_only_settled_by_a_new_reading()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "whole")]));
        var source = PeopleSource([Person("a", "half")]);
        source.Unfit = "A part of it could not be read.";
        await Bench.MergeAsync(source);
        var entry = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        (entry.Record.Reason.Code, entry.Record.CanRetry).ShouldBe(("record.incomplete", false));

        Only(await Bench.MergeAsync(PeopleSource([Person("b", "Bob")]))).Read.ShouldBe(1);
        (await NamesAsync()).ShouldBe(["a|whole", "b|Bob"]);
        await Bench.MergeAsync(PeopleSource([Person("a", "whole")]));
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task S2_5_payloads_of_any_content_are_kept_to_the_letter_and_tried_again()
    {
        var large = new string('x', 10 * 1024 * 1024);
        string[] bad =
        [
            $$"""{"id":"large","age":"x","name":"{{large}}"}""", """{"id":"nul","age":"x","name":"a\u0000b"}""",
            """{"id":"🌊","age":"x","name":"👩‍👩‍👧"}""", "[1]",
        ];
        await Bench.MergeAsync(PeopleSource(bad));
        (await Bench.QuarantineAsync()).Select(entry => entry.Record.Payload).ShouldBe(bad, ignoreOrder: true);

        var again = Only(await Bench.MergeAsync(PeopleSource([Person("a", "Ada")])));
        (again.Read, again.Quarantined, again.Created).ShouldBe((5, 4, 1));
        (await Bench.QuarantineAsync()).Select(entry => entry.Record.Payload).ShouldBe(bad, ignoreOrder: true);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P3_too_many_quarantined_records_fail_the_stream_and_a_replace_does_not_publish(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        string[] some = [.. Enumerable.Range(0, 12).Select(at => $$"""{"id":"p{{at:D6}}","age":"x"}""")];
        var tooMany = await Bench.RunAsync(PeopleSource([.. some, .. Persons(12, 88, " new")]), mode, Stop);

        tooMany.Status.ShouldBe(mode == WriteMode.Merge ? RunStatus.Partial : RunStatus.Failed);
        tooMany.Problems.ShouldContain(problem => problem.Code == "quarantine.too_many");
        (await EndingInAsync(" new")).ShouldBe(mode == WriteMode.Merge ? 88 : 0);
        (await Bench.CountAsync("people")).ShouldBe(100);

        // The source has mended them: it is read anew.
        (await Bench.RunAsync(PeopleSource(Persons(0, 100, " new")), mode, Stop)).Status.ShouldBe(RunStatus.Succeeded);
        (await EndingInAsync(" new")).ShouldBe(100);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ten_quarantined_records_or_a_share_within_the_limit_do_not_fail_a_stream()
    {
        string[] bad = [.. Enumerable.Range(0, 10).Select(at => $$"""{"id":"{{at}}","age":"x"}""")];
        (await Bench.MergeAsync(PeopleSource(bad))).Problems.ShouldAllBe(problem => problem.Code == "run.quarantined");
        Bench.Limits = plan => plan with { Limits = plan.Limits with { MaxQuarantinedPercent = 50, MaxQuarantinedRows = 5 } };
        (await Bench.MergeAsync(PeopleSource([.. Persons(0, 10), .. bad]))).Problems
            .ShouldAllBe(problem => problem.Code == "run.quarantined");
    }

    [Fact]
    public async Task A_merge_stops_as_soon_as_it_is_clear_that_too_many_records_are_bad()
    {
        string[][] pages = [.. Enumerable.Range(0, 4).Select(page => (string[])
            [.. Persons(page * 20_000, 8_000), .. Enumerable.Range(0, 2_000).Select(at => $$"""{"id":"x{{page}}-{{at}}","age":"x"}""")])];
        var source = PeopleSource(pages);
        var result = await Bench.MergeAsync(source);

        result.Problems.ShouldContain(problem => problem.Code == "quarantine.too_many");
        Only(result).Read.ShouldBe(10_000);
    }
}
