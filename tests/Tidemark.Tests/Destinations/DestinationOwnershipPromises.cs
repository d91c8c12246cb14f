using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P6: columns have owners. And rows whose record is gone may stay, marked.</summary>
public abstract partial class DestinationPromises
{
    private static readonly StreamSchema Deals = new("deals",
    [
        new("remote_id", FieldType.Text) { Path = "id" },
        new("stage", FieldType.Text),
        new("workflow_status", FieldType.Text)
        {
            Path = "stage",
            Ownership = new(ColumnOwner.App) { Default = "NEW", When = [new("stage", ["WON", "LOST"])] },
        },
        new("first_owner", FieldType.Text) { Path = "owner", Ownership = new(ColumnOwner.InsertOnly) },
        new("phone", FieldType.Text) { Ownership = new(ColumnOwner.FillIfNull) },
        new("label", FieldType.Text) { IsDerived = true, Ownership = new(ColumnOwner.App) { Default = "deal_{remote_id}" } },
        new("score", FieldType.Int64) { IsDerived = true, Ownership = new(ColumnOwner.App) { Default = "7" } },
    ])
    {
        Key = ["remote_id"],
    };

    private const string DealRows =
        "SELECT remote_id, stage, workflow_status, first_owner, phone, label, score FROM deals ORDER BY remote_id";

    private static string Deal(string id, string stage, string owner = "ann", string phone = "null") =>
        $$"""{"id":"{{id}}","stage":"{{stage}}","owner":"{{owner}}","phone":{{phone}}}""";

    private static ScriptedSource DealSource(params string[] records) => new ScriptedSource(Deals).With("deals", records);

    private static string Why(RunResult run) => string.Join("; ", run.Problems.Select(problem => $"{problem.Code} {problem.Message}"));

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P6_S2_4_columns_keep_to_their_owners(WriteMode mode)
    {
        (await Bench.RunAsync(DealSource(Deal("a", "OPEN"), Deal("b", "WON"), Deal("c", "OPEN")), mode, Stop))
            .Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync(DealRows)).ShouldBe(
            ["a|OPEN|NEW|ann||deal_a|7", "b|WON|WON|ann||deal_b|7", "c|OPEN|NEW|ann||deal_c|7"]);
        await Bench.ExecuteAsync("UPDATE deals SET workflow_status = 'REVIEW', label = 'mine', score = 1, phone = '+1' WHERE remote_id <> 'b'");

        var second = await Bench.RunAsync(
            DealSource(Deal("a", "TALKS", "bob", "\"+9\""), Deal("b", "OPEN", "bob", "\"+9\""), Deal("c", "LOST", "bob")), mode, Stop);

        second.Status.ShouldBe(RunStatus.Succeeded);
        Only(second).Updated.ShouldBe(3);
        (await Bench.QueryAsync(DealRows)).ShouldBe(
            ["a|TALKS|REVIEW|ann|+1|mine|1", "b|OPEN|WON|ann|+9|deal_b|7", "c|LOST|LOST|ann|+1|mine|1"]);
        var undo = await Bench.UndoAsync(second);
        undo.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync(DealRows)).ShouldBe(
            ["a|OPEN|REVIEW|ann|+1|mine|1", "b|WON|WON|ann||deal_b|7", "c|OPEN|REVIEW|ann|+1|mine|1"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task A_record_that_is_gone_leaves_its_row_marked_and_comes_back(WriteMode mode)
    {
        Bench.Policy = table => table with { Deletes = DeletePolicy.Soft };
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 3)));
        const string Rows = "SELECT id, name, _deleted_at IS NULL FROM people ORDER BY id";

        var gone = await Bench.RunAsync(
            mode == WriteMode.Merge ? PeopleSource(["""-{"id":"p000001"}"""])
                : PeopleSource([Person("p000000", "name 0"), Person("p000002", "name 2")]), mode, Stop);

        gone.Status.ShouldBe(RunStatus.Succeeded, Why(gone));
        Only(gone).Deleted.ShouldBe(1);
        (await Bench.QueryAsync(Rows)).ShouldBe([$"p000000|name 0|{TrueText}", $"p000001|name 1|{FalseText}", $"p000002|name 2|{TrueText}"]);
        var still = await Bench.RunAsync(
            mode == WriteMode.Merge ? PeopleSource(["""-{"id":"p000001"}"""])
                : PeopleSource([Person("p000000", "name 0"), Person("p000002", "name 2")]), mode, Stop);
        Only(still).Deleted.ShouldBe(0);
        var back = await Bench.RunAsync(PeopleSource(Persons(0, 3)), mode, Stop);
        back.Status.ShouldBe(RunStatus.Succeeded);
        Only(back).ShouldSatisfyAllConditions(figures => figures.Updated.ShouldBe(1), figures => figures.Unchanged.ShouldBe(2));
        (await Bench.QueryAsync("SELECT count(*) FROM people WHERE _deleted_at IS NULL")).ShouldBe(["3"]);
        (await Bench.UndoAsync(back)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync("SELECT count(*) FROM people WHERE _deleted_at IS NULL")).ShouldBe(["2"]);
        (await Bench.UndoAsync(gone)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync("SELECT count(*) FROM people WHERE _deleted_at IS NULL")).ShouldBe(["3"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task S4_5_a_vanished_record_is_marked_in_a_column_of_the_users_choice(WriteMode mode)
    {
        var things = new StreamSchema("things",
        [
            new("id", FieldType.Text), new("status", FieldType.Text),
            new("is_deleted", FieldType.Boolean)
            {
                IsDerived = true, Ownership = new(ColumnOwner.Source) { Default = "false" },
            },
        ]);
        string[] all = ["""{"id":"a","status":"ACTIVE"}""", """{"id":"b","status":"ACTIVE"}"""];
        var source = new ScriptedSource(things).With("things", all);
        foreach (var policy in new[]
        {
            DeletePolicy.Marking("is_deleted"),
            DeletePolicy.Marking("status", "INACTIVE"),
        })
        {
            Bench.Policy = table => table with { Deletes = policy };
            source.With("things", all);
            await Bench.RunAsync(source, mode, Stop);
            source.With("things", mode == WriteMode.Merge ? ["""-{"id":"b"}"""] : [all[0]]);

            var done = await Bench.RunAsync(source, mode, Stop); done.Status.ShouldBe(RunStatus.Succeeded, Why(done));

            var expected = policy.Column == "status" ? $"b|INACTIVE|{FalseText}" : $"b|ACTIVE|{TrueText}";
            (await Bench.QueryAsync("SELECT id, status, is_deleted FROM things ORDER BY id")).ShouldBe(
                [$"a|ACTIVE|{FalseText}", expected]);
            source.With("things", all);
            await Bench.RunAsync(source, mode, Stop);
            (await Bench.QueryAsync("SELECT id, status, is_deleted FROM things ORDER BY id")).ShouldBe(
                [$"a|ACTIVE|{FalseText}", $"b|ACTIVE|{FalseText}"]);
        }
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
        (await Bench.QueryAsync("SELECT id, owner FROM pets")).ShouldBe(["p1|o3"]);
        (await Bench.QueryAsync("SELECT id FROM owners ORDER BY id")).ShouldBe(["o1", "o3"]);
        await Should.ThrowAsync<System.Data.Common.DbException>(() => Bench.ExecuteAsync(
            "INSERT INTO pets (id, owner) VALUES ('x', 'nobody')"));
    }

    [Fact]
    public async Task A_table_that_would_refer_to_one_that_is_nowhere_is_refused_before_anything_is_read()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets).With("pets", ["""{"id":1,"name":"Rex"}"""]));
        await using var destination = Bench.OpenDestination();

        // What the run makes, and what is there already, may be referred to.
        (await destination.CheckAsync([new TablePlan("owners", Pets), Referring("owners"), Referring("pets")], Stop)).ShouldBeEmpty();
        var problem = (await destination.CheckAsync([new TablePlan("owners", Pets), Referring("ownrs")], Stop)).ShouldHaveSingleItem();

        (problem.Code, problem.Hint).ShouldBe(("table.reference_unknown", "Did you mean owners?"));

        static TablePlan Referring(string to) => new("toys", Deals) { References = new Dictionary<string, string> { ["stage"] = to } };
    }

    [Fact]
    public async Task Tables_between_which_the_user_made_references_are_published_and_undone_in_their_order()
    {
        var source = new ScriptedSource(
            new StreamSchema("a_pets", [new("id", FieldType.Text), new("owner", FieldType.Text)]),
            new StreamSchema("b_owners", [new("id", FieldType.Text)]));
        source.With("a_pets", ["""{"id":"p1","owner":"o1"}"""]).With("b_owners", ["""{"id":"o1"}"""]);
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Bench.ExecuteAsync("CREATE TABLE b_owners (id text PRIMARY KEY)");
        await Bench.ExecuteAsync("CREATE TABLE a_pets (id text PRIMARY KEY, owner text REFERENCES b_owners (id))");

        var first = await Bench.ReplaceAsync(source);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        source.With("a_pets", ["""{"id":"p2","owner":"o2"}"""]).With("b_owners", ["""{"id":"o2"}"""]);
        var second = await Bench.ReplaceAsync(source);

        second.Status.ShouldBe(RunStatus.Succeeded, Why(second));
        (await Bench.UndoAsync(second)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync("SELECT id, owner FROM a_pets")).ShouldBe(["p1|o1"]);
        (await Bench.UndoAsync(first)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync("SELECT count(*) FROM b_owners")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task S4_3_a_failed_stream_stops_those_after_it_and_leaves_those_before()
    {
        var source = new ScriptedSource(People, Pets, Deals)
            .With("people", Persons(0, 2)).With("pets", ["""{"id":1,"name":"Rex"}"""]).With("deals", [Deal("a", "OPEN")]);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        Bench.Limits = plan => plan with { InOrder = true };

        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Partial);
        result.Problems.Select(problem => problem.Code).ShouldBe(["source.broken", "stream.not_reached"]);
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["2"]);
    }
}
