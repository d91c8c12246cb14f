using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>What is known of a stream belongs to the table that it speaks of (W2).</summary>
public abstract partial class DestinationPromises
{
    [Fact]
    public async Task W2_a_table_that_a_pipeline_comes_back_to_is_compared_with_everything()
    {
        await MergeIntoAsync("v1", [Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")]);
        await MergeIntoAsync("v2", [Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")]);
        Bench.Limits = plan => plan with { IgnoresLimits = true };
        // Since v2 came, the source has told of these changes.
        var back = await MergeIntoAsync("v1", [Person("a", "Ada L"), Person("c", "Cy")]);

        back.Status.ShouldBe(RunStatus.Succeeded, Why(back));
        (Only(back).Updated, Only(back).Deleted).ShouldBe((1, 1));
        (await Bench.RowsAsync("v1", "id", "name")).ShouldBe(["a|Ada L", "c|Cy"]);
        (await Bench.RowsAsync("v2", "id", "name")).ShouldBe(["a|Ada", "b|Bob", "c|Cy"]);
    }

    [Fact]
    public async Task W2_a_table_that_was_renamed_keeps_what_is_known_of_it()
    {
        await MergeIntoAsync("people", [.. Persons(0, 20), """{"id":"x","unheard_of":"1"}""", """{"id":"y","unheard_of":"2"}"""]);
        await Bench.RenameAsync("people", "persons");
        // The changes alone: everything else is there and stays.
        var result = await MergeIntoAsync("persons", [Person("p000001", "changed"), """{"id":"x"}"""]);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (Only(result).Updated, Only(result).Deleted).ShouldBe((2, 0));
        (await Bench.CountAsync("persons")).ShouldBe(22);
        // A field that was inferred is known too: the record that lost it says so.
        (await Bench.RowsAsync("persons", ("id", "x"), "id", "unheard_of")).ShouldBe(["x|"]);
        (await Bench.RowsAsync("persons", ("id", "y"), "id", "unheard_of")).ShouldBe(["y|2"]);
    }

    [Fact]
    public async Task W2_tables_whose_names_were_swapped_are_each_compared_with_everything()
    {
        await MergeIntoAsync("people", [Person("a", "Ada"), Person("b", "Bob")]);
        await MergeIntoAsync("others", [Person("x", "X"), Person("y", "Y")], pipeline: "second");
        await Bench.RenameAsync("people", "aside");
        await Bench.RenameAsync("others", "people");
        await Bench.RenameAsync("aside", "others");
        Bench.Limits = plan => plan with { IgnoresLimits = true };
        var result = await MergeIntoAsync("people", [Person("a", "Ada"), Person("b", "Bob")]);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task W2_a_column_that_a_definition_adds_is_filled_in_every_row_and_a_dry_run_shows_it(bool isDryRun)
    {
        var narrow = new StreamSchema("people", [new("id", FieldType.Text)]) { LeftInRaw = ["name"] };
        string[] records = [Person("a", "Ada"), Person("b", "Bob")];
        (await Bench.MergeAsync(new ScriptedSource(narrow).With("people", records))).Status.ShouldBe(RunStatus.Succeeded);
        if (isDryRun)
        {
            Bench.Policy = table => table.Compared();
            Bench.Limits = plan => plan with { IsDryRun = true };
        }

        var wider = await Bench.MergeAsync(PeopleSource(records));
        if (isDryRun) wider.Plan!.Streams.ShouldHaveSingleItem().Updates.ShouldBe(2);
        else (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Fact]
    public async Task W2_a_column_that_is_read_from_another_place_is_read_anew_in_every_row()
    {
        StreamSchema Reading(string path) => new("people", [new("id", FieldType.Text), new("name", FieldType.Text) { Path = path }]) { LeftInRaw = ["nam", "name"] };
        string[] records = [Person("a", "Ada"), Person("b", "Bob")];
        await Bench.MergeAsync(new ScriptedSource(Reading("nam")).With("people", records));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|", "b|"]);
        var mended = await Bench.MergeAsync(new ScriptedSource(Reading("name")).With("people", records));

        mended.Status.ShouldBe(RunStatus.Succeeded, Why(mended));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Fact]
    public async Task W2_a_column_that_was_dropped_is_filled_by_the_next_merge_even_if_that_is_broken_off_once()
    {
        string[] records = [Person("a", "Ada"), Person("b", "Bob")];
        await Bench.MergeAsync(PeopleSource(records));
        await Bench.DropColumnAsync("people", "name");
        var broken = PeopleSource(records);
        broken.Fault = ("people", 0, new TimeoutException("The vendor is gone."));
        (await Bench.MergeAsync(broken)).Status.ShouldNotBe(RunStatus.Succeeded);
        var result = await Bench.MergeAsync(PeopleSource(records));

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Fact]
    public async Task W2_a_first_full_reading_that_was_broken_off_goes_on_where_it_was_though_a_field_was_inferred()
    {
        var source = PeopleSource([.. Persons(0, 10_000), """{"id":"a","name":"Ada","unheard_of":1}"""], [Person("b", "Bob")], [Person("c", "Cy")]);
        source.Fault = ("people", 2, new TimeoutException("The vendor is gone."));
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        source.Fault = null;
        var before = source.PagesRead;
        var result = await Bench.ReplaceAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (source.PagesRead - before).ShouldBe(2);
        (await Bench.CountAsync("people")).ShouldBe(10_003);
        (await Bench.RowsAsync("people", ("id", "a"), "id", "unheard_of")).ShouldBe(["a|1"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W2_a_table_that_was_dropped_is_made_anew_and_nothing_waits_for_approval(WriteMode mode)
    {
        string[] records = ["""{"id":"a","name":"Ada","unheard_of":1}""", Person("b", "Bob")];
        await Bench.MergeAsync(PeopleSource(records));
        await Bench.DropAsync("people");
        var result = await Bench.RunAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]), mode, Stop);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Fact]
    public async Task W2_a_full_reading_that_was_broken_off_is_not_gone_on_with_by_another_definition()
    {
        static string[] Records(int from, int count, string name) =>
            [.. Enumerable.Range(from, count).Select(at => $$"""{"id":"p{{at:D6}}","name":"{{name}}","nick":"{{name}} too"}""")];
        await Bench.ReplaceAsync(PeopleSource(Records(0, 10_010, "was")));
        var source = PeopleSource(Records(0, 10_000, "is"), Records(10_000, 10, "is"), []);
        source.Fault = ("people", 2, ScriptedSource.Broken());
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        var other = People with { Fields = [.. People.Fields.Select(field => field.Name == "name" ? field with { Path = "nick" } : field)] };
        var result = await Bench.ReplaceAsync(new ScriptedSource(other).With("people", Records(0, 10_000, "is"), Records(10_000, 10, "is")));

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.CountAsync("people", ("name", "is too"))).ShouldBe(10_010);
    }

    [Fact]
    public async Task W2_everything_that_was_staged_of_another_account_or_filter_is_read_anew()
    {
        var source = new ScriptedSource(People, Pets).With("people", [Person("a", "of another account")]).With("pets", ["""{"id":1}"""]);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        source = new ScriptedSource(People, Pets) { Resumes = false }.With("people", [Person("a", "Ada")]).With("pets", ["""{"id":1}"""]);
        var result = await Bench.ReplaceAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada"]);
    }

    [Fact]
    public async Task W2_fields_that_were_discarded_are_read_of_every_record_once_they_become_columns()
    {
        string[] records = ["""{"id":"a","unheard_of":"1"}""", """{"id":"b","unheard_of":"2"}"""];
        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Discard };
        await Bench.MergeAsync(PeopleSource(records));
        (await Bench.MergeAsync(PeopleSource())).Streams.ShouldHaveSingleItem().Read.ShouldBe(0);
        Bench.Policy = table => table;
        var result = await Bench.MergeAsync(PeopleSource(records));

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.LogAsync(result)).ShouldContain(line => line.EndsWith("Everything is read and compared.", StringComparison.Ordinal));
        (await Bench.RowsAsync("people", "id", "unheard_of")).ShouldBe(["a|1", "b|2"]);
        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Discard };
        var narrower = await Bench.MergeAsync(PeopleSource());
        (await Bench.LogAsync(narrower)).ShouldNotContain(line => line.EndsWith("Everything is read and compared.", StringComparison.Ordinal));
    }

    private async Task<RunResult> MergeIntoAsync(string table, string[] records, string pipeline = "test")
    {
        Bench.Policy = plan => plan with { Table = table };
        var limits = Bench.Limits;
        Bench.Limits = plan => limits(plan) with { Pipeline = pipeline };
        try
        {
            return await Bench.MergeAsync(PeopleSource(records));
        }
        finally
        {
            Bench.Limits = limits;
        }
    }
}
