using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>What only a database of SQL can be held to: its views, triggers, foreign keys, constraints and types.</summary>
public abstract partial class SqlDestinationPromises(SqlWorkbench bench) : DestinationPromises(bench)
{
    protected SqlWorkbench Sql => (SqlWorkbench)Bench;

    /// <summary>Lets the table people lose rows of a name as they are inserted.</summary>
    protected abstract Task SwallowRowsNamedAsync(string name);

    /// <summary>Lets the table people keep rows of a name that are deleted.</summary>
    protected abstract Task KeepRowsNamedAsync(string name);

    /// <summary>Lets the table people write every name that is inserted or updated in capitals.</summary>
    protected abstract Task WriteNamesInCapitalsAsync();

    /// <summary>Expression that shows an instant as ISO 8601 in UTC with microseconds.</summary>
    protected abstract string Instant(string column);

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task H5_the_plan_of_a_dry_run_that_was_killed_goes_with_the_next_run(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await Sql.ExecuteAsync(
            """
            CREATE TABLE _tidemark_plan_people (id text);
            INSERT INTO _tidemark_checkpoints (pipeline, stream, kind, run) VALUES ('test', 'people', 'planned', 'killed')
            """);
        (await Bench.RunAsync(PeopleSource([Person("a", "Ada")]), mode, Stop)).Status.ShouldBe(RunStatus.Succeeded);

        await Should.ThrowAsync<System.Data.Common.DbException>(() => Sql.QueryAsync("SELECT id FROM _tidemark_plan_people"));
        (await Sql.QueryAsync("SELECT run FROM _tidemark_checkpoints WHERE kind = 'planned'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_view_a_column_and_rows_of_the_application_survive_a_replace()
    {
        await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        await Bench.AddColumnAsync("people", "note");
        await Bench.ChangeByHandAsync("people", ("id", "a"), ("note", "keep me"));
        await Bench.InsertAsync("people", ("id", "own"), ("name", "made by the application"));
        await Sql.ExecuteAsync("CREATE VIEW names AS SELECT id, name, note FROM people");
        var result = await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada Lovelace"), Person("c", "Cy")]));

        result.Status.ShouldBe(RunStatus.Succeeded);
        Only(result).Deleted.ShouldBe(1);
        (await Sql.QueryAsync("SELECT * FROM names ORDER BY id"))
            .ShouldBe(["a|Ada Lovelace|keep me", "c|Cy|", "own|made by the application|"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task S4_4_tables_that_refer_to_others_are_made_and_filled_in_order(WriteMode mode)
    {
        var source = new ScriptedSource(
            new StreamSchema("owners", [new("id", FieldType.Text)]),
            new StreamSchema("pets", [new("id", FieldType.Text), new("owner", FieldType.Text)]));
        Bench.Policy = table => table.Table == "pets"
            ? table with { References = new Dictionary<string, string> { ["owner"] = "owners" } } : table with { IsReferredTo = true };
        Bench.Limits = plan => plan with { InOrder = true, Limits = plan.Limits with { MaxDeletedRows = 100 } };
        source.With("owners", ["""{"id":"o1"}""", """{"id":"o2"}"""]);
        source.With("pets", ["""{"id":"p1","owner":"o1"}""", """{"id":"p2","owner":"o2"}"""]);

        var done = await Bench.RunAsync(source, mode, Stop); done.Status.ShouldBe(RunStatus.Succeeded, Why(done));
        source.With("owners", ["""{"id":"o1"}""", """{"id":"o3"}"""]).With("pets", ["""{"id":"p1","owner":"o3"}"""]);
        var second = await Bench.ReplaceAsync(source);

        second.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("pets", "id", "owner")).ShouldBe(["p1|o3"]);
        (await Bench.RowsAsync("owners", "id")).ShouldBe(["o1", "o3"]);
        await Should.ThrowAsync<System.Data.Common.DbException>(() => Sql.ExecuteAsync(
            "INSERT INTO pets (id, owner) VALUES ('x', 'nobody')"));
    }

    [Fact]
    public async Task Tables_between_which_the_user_made_references_are_published_and_undone_in_their_order()
    {
        var source = new ScriptedSource(
            new StreamSchema("a_pets", [new("id", FieldType.Text), new("owner", FieldType.Text)]),
            new StreamSchema("b_owners", [new("id", FieldType.Text)]));
        source.With("a_pets", ["""{"id":"p1","owner":"o1"}"""]).With("b_owners", ["""{"id":"o1"}"""]);
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Sql.ExecuteAsync("CREATE TABLE b_owners (id text PRIMARY KEY)");
        await Sql.ExecuteAsync("CREATE TABLE a_pets (id text PRIMARY KEY, owner text REFERENCES b_owners (id))");

        var first = await Bench.ReplaceAsync(source);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        source.With("a_pets", ["""{"id":"p2","owner":"o2"}"""]).With("b_owners", ["""{"id":"o2"}"""]);
        var second = await Bench.ReplaceAsync(source);

        second.Status.ShouldBe(RunStatus.Succeeded, Why(second));
        (await Bench.UndoAsync(second)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("a_pets", "id", "owner")).ShouldBe(["p1|o1"]);
        (await Bench.UndoAsync(first)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("b_owners")).ShouldBe(0);
    }

    [Fact]
    public async Task A_table_with_a_column_of_another_type_is_refused_before_anything_is_written()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the schema
        await Sql.ExecuteAsync("CREATE TABLE people (id text PRIMARY KEY, age real, name text)");
        await using var destination = Bench.OpenDestination();
        var problem = (await destination.CheckAsync([new TablePlan("people", People)], Stop)).ShouldHaveSingleItem();
        problem.Code.ShouldEndWith(".column_type");
        problem.Message.ShouldContain("age");
    }

    [Fact]
    public async Task P3_rows_that_something_in_the_database_swallows_make_the_receipt_fail()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await SwallowRowsNamedAsync("gone");
        var result = await Bench.MergeAsync(PeopleSource([Person("b", "gone"), Person("c", "Cy")]));

        result.Status.ShouldBe(RunStatus.Partial);
        result.Problems.ShouldContain(problem => problem.Code == "receipt.does_not_fit");
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W1_values_that_a_trigger_changes_on_the_way_are_not_called_verified(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        await WriteNamesInCapitalsAsync();
        var result = await Bench.RunAsync(PeopleSource([Person("a", "Ada L"), Person("b", "Bob"), Person("c", "CY")]), mode, Stop);

        result.Status.ShouldBe(RunStatus.Partial);
        result.Problems.ShouldContain(problem => problem.Code == "receipt.does_not_fit");
        // Bob was not written, and Cy is as the trigger wants it.
        (Only(result).Receipt!.Expected.Rows - Only(result).Receipt!.Found.Rows).ShouldBe(1);
    }

    [Fact]
    public async Task W1_values_that_a_trigger_changes_as_the_first_rows_are_inserted_are_not_called_verified()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await Bench.DeleteAllAsync("people");
        await WriteNamesInCapitalsAsync();
        var result = await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("c", "CY")]));

        result.Status.ShouldBe(RunStatus.Partial);
        (Only(result).Receipt!.Expected.Rows, Only(result).Receipt!.Found.Rows).ShouldBe((2, 1));
    }

    [Fact]
    public async Task W1_an_undo_through_a_trigger_that_changes_values_is_not_called_verified()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "BOB")]));
        var run = await Bench.MergeAsync(PeopleSource([Person("a", "Ada L"), Person("b", "Bob L")]));
        await WriteNamesInCapitalsAsync();
        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Partial);
        (Only(undo).Receipt!.Expected.Rows, Only(undo).Receipt!.Found.Rows).ShouldBe((2, 1));
    }

    [Fact]
    public async Task P3_a_row_that_the_database_does_not_let_go_makes_the_receipt_fail_and_an_undo_partial()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        var run = await Bench.MergeAsync(PeopleSource([Person("x", "X"), Person("y", "Y")]));
        await KeepRowsNamedAsync("X");

        var undo = await Bench.UndoAsync(run);
        var deleted = await Bench.MergeAsync(PeopleSource(["""-{"id":"x"}"""]));

        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("x: The database does not let it go.");
        (Only(undo).Deleted, Only(undo).Skipped).ShouldBe((1, 1));
        deleted.Status.ShouldBe(RunStatus.Partial);
        deleted.Problems.ShouldHaveSingleItem().Code.ShouldBe("receipt.does_not_fit");
    }

    [Theory]
    [InlineData("CASCADE")]
    [InlineData("SET NULL")]
    public async Task P7_what_an_application_refers_to_is_left_even_if_its_rows_would_go_along(string rule)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 2)));
        var run = await Bench.MergeAsync(PeopleSource([Person("x", "X"), Person("y", "Y")]));
        await Sql.ExecuteAsync($"CREATE TABLE visits (note text, who text REFERENCES people (id) ON DELETE {rule})");
        await Sql.ExecuteAsync("INSERT INTO visits VALUES ('mine', 'x')");

        var undo = await Bench.UndoAsync(run);

        (await Bench.RowsAsync("visits", "note", "who")).ShouldBe(["mine|x"]);
        undo.Status.ShouldBe(RunStatus.Partial);
        (await Bench.RowsAsync("people", "id")).ShouldBe(["p000000", "p000001", "x"]);
    }

    [Fact]
    public async Task P7_a_run_goes_on_where_an_application_gives_its_column_another_type()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        await Sql.ExecuteAsync("ALTER TABLE people ADD COLUMN rank integer");
        await Bench.ChangeAllByHandAsync("people", ("rank", 1));
        var first = await Bench.MergeAsync(PeopleSource(Persons(0, 1, " wrong")));
        await Sql.ExecuteAsync(Sql is PostgresWorkbench
            ? "ALTER TABLE people ALTER COLUMN rank TYPE text USING 'rank ' || rank"
            : "ALTER TABLE people DROP COLUMN rank; ALTER TABLE people ADD COLUMN rank text DEFAULT 'rank 1'");

        var second = await Bench.MergeAsync(PeopleSource([.. Persons(1, 1, " wrong"), """-{"id":"p000002"}"""]));

        second.Status.ShouldBe(RunStatus.Succeeded, Why(second));
        (await Bench.UndoAsync(second)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.UndoAsync(first)).Status.ShouldBe(RunStatus.Succeeded);
        (await Sql.QueryAsync("SELECT name, rank FROM people ORDER BY id")).ShouldBe(["name 0|rank 1", "name 1|rank 1", "name 2|rank 1"]);
    }

    [Fact]
    public async Task P7_what_an_application_refers_to_is_left_and_its_own_rows_and_columns_stay()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        await Bench.AddColumnAsync("people", "note");
        await Bench.ChangeByHandAsync("people", ("id", "p000000"), ("note", "mine"));
        var run = await Bench.MergeAsync(PeopleSource([.. Persons(0, 3, " changed"), Person("x", "X"), Person("y", "Y")]));
        await Sql.ExecuteAsync("CREATE TABLE visits (who text NOT NULL REFERENCES people (id))");
        await Sql.ExecuteAsync("INSERT INTO visits VALUES ('x')");
        await Bench.InsertAsync("people", ("id", "own"), ("name", "Own"));
        await Bench.ChangeByHandAsync("people", ("id", "p000001"), ("note", "newer"));

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("x: Another table refers to it: visits.");
        (await Bench.RowsAsync("people", "id", "name", "note")).ShouldBe(
            ["own|Own|", "p000000|name 0|mine", "p000001|name 1|newer", "p000002|name 2|", "x|X|"]);
    }

    [Fact]
    public async Task P7_rows_come_back_where_the_database_computes_a_column()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        var kept = Sql is PostgresWorkbench ? "STORED" : "VIRTUAL";
        await Sql.ExecuteAsync($"ALTER TABLE people ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) {kept}");
        var before = await Bench.RowsAsync("people");
        var run = await Bench.MergeAsync(PeopleSource([Person("p000000", "changed"), """-{"id":"p000001"}"""]));

        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.RowsAsync("people")).ShouldBe(before);
        (await Sql.QueryAsync("SELECT loud FROM people ORDER BY id")).ShouldBe(["NAME 0", "NAME 1", "NAME 2"]);
    }

    [Fact]
    public async Task Values_of_every_type_arrive_as_they_were_sent()
    {
        const string record = """
            {"id":"ü/😀","name":"","age":-9223372036854775808,"paid":"-1234567890123456789012345.000678","rate":0.1,
             "active":true,"born":"2028-02-29","seen":"2026-03-29T02:30:00.123456+02:00","tags":{"a":[1,2.50,"é"]}}
            """;
        (await Bench.MergeAsync(PeopleSource([record, """{"id":"nulls","name":null}"""]))).Status.ShouldBe(RunStatus.Succeeded);

        (await Sql.QueryAsync($"SELECT id, name, age, CAST(paid AS text), rate, CAST(active AS integer), CAST(born AS text), {Instant("seen")}, CAST(tags AS text) FROM people ORDER BY id DESC"))
            .ShouldBe(
            [
                "ü/😀||-9223372036854775808|-1234567890123456789012345.000678|0.1|1|2028-02-29|2026-03-29T00:30:00.123456Z|{\"a\":[1,2.50,\"é\"]}",
                "nulls||||||||",
            ]);
        (await Sql.QueryAsync("SELECT count(name) FROM people")).ShouldBe(["1"]); // an empty text is no null
        (await Sql.QueryAsync("SELECT CAST(raw AS text) FROM people WHERE id <> 'nulls'")).ShouldBe([record]);
    }

    [Fact]
    public async Task P9_rows_that_are_not_proven_are_not_written_back()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await SwallowRowsNamedAsync("Bob");
        WriteBack(WriteBackWhen.Read);
        var source = Taking([Person("a", "Ada"), Person("b", "Bob")]);

        (await Bench.MergeAsync(source)).Problems.ShouldHaveSingleItem().Code.ShouldBe("receipt.does_not_fit");
        source.Taken.ShouldBeEmpty();
        (await Bench.RowsAsync(Outbox, "record_key")).ShouldBe(["a"]);
    }

    [Fact]
    public async Task P8_a_merge_goes_on_from_a_checkpoint_that_an_older_version_wrote()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        await Sql.ExecuteAsync("DELETE FROM _tidemark_checkpoints");
        await Sql.ExecuteAsync("DROP TABLE _tidemark_writers");
        await Sql.ExecuteAsync(
            """
            INSERT INTO _tidemark_checkpoints (pipeline, stream, kind, run, cursor, staged, started_at, complete) VALUES (
                'test', 'people', 'live', 'r-20261101-000000-aaaa', '1',
                '{"Read":0,"Skipped":0,"Quarantined":0,"Checksum":{"Rows":0,"Low":0,"High":0},"Unidentified":0}',
                '2026-11-01T00:00:00.0000000+00:00', 1)
            """);

        var run = await Bench.MergeAsync(PeopleSource(Persons(0, 3), Persons(3, 2)));

        run.Status.ShouldBe(RunStatus.Succeeded);
        Only(run).Read.ShouldBe(2);
    }

    [Fact]
    public async Task P8_stagings_are_noted_in_the_words_of_older_versions()
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));

        (await Bench.ReplaceAsync(PeopleSource(Persons(0, 50)))).Status.ShouldBe(RunStatus.Parked);

        (await Sql.QueryAsync("SELECT kind, complete FROM _tidemark_checkpoints ORDER BY kind")).ShouldBe(["live|1", "staged|2"]);
        (await Sql.QueryAsync("SELECT staged FROM _tidemark_checkpoints WHERE kind = 'staged'")).ShouldHaveSingleItem()
            .ShouldMatch("""^\{"Read":50,"Skipped":0,"Quarantined":0,"Checksum":\{"Rows":50,"Low":\d+,"High":-?\d+\},"Unidentified":0\}$""");
    }
}
