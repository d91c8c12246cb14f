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

    private Task<IReadOnlyList<string>> DealRowsAsync() =>
        Bench.RowsAsync("deals", "remote_id", "stage", "workflow_status", "first_owner", "phone", "label", "score");

    private static string Deal(string id, string stage, string owner = "ann", string phone = "null") =>
        $$"""{"id":"{{id}}","stage":"{{stage}}","owner":"{{owner}}","phone":{{phone}}}""";

    private static ScriptedSource DealSource(params string[] records) => new ScriptedSource(Deals).With("deals", records);

    protected static string Why(RunResult run) => string.Join("; ", run.Problems.Select(problem => $"{problem.Code} {problem.Message}"));

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P6_S2_4_columns_keep_to_their_owners(WriteMode mode)
    {
        (await Bench.RunAsync(DealSource(Deal("a", "OPEN"), Deal("b", "WON"), Deal("c", "OPEN")), mode, Stop))
            .Status.ShouldBe(RunStatus.Succeeded);
        (await DealRowsAsync()).ShouldBe(
            ["a|OPEN|NEW|ann||deal_a|7", "b|WON|WON|ann||deal_b|7", "c|OPEN|NEW|ann||deal_c|7"]);
        foreach (var key in new[] { "a", "c" })
        {
            await Bench.ChangeByHandAsync(
                "deals", ("remote_id", key), ("workflow_status", "REVIEW"), ("label", "mine"), ("score", 1), ("phone", "+1"));
        }


        var second = await Bench.RunAsync(
            DealSource(Deal("a", "TALKS", "bob", "\"+9\""), Deal("b", "OPEN", "bob", "\"+9\""), Deal("c", "LOST", "bob")), mode, Stop);

        second.Status.ShouldBe(RunStatus.Succeeded);
        Only(second).Updated.ShouldBe(3);
        (await DealRowsAsync()).ShouldBe(
            ["a|TALKS|REVIEW|ann|+1|mine|1", "b|OPEN|WON|ann|+9|deal_b|7", "c|LOST|LOST|ann|+1|mine|1"]);
        var undo = await Bench.UndoAsync(second);
        undo.Status.ShouldBe(RunStatus.Succeeded);
        (await DealRowsAsync()).ShouldBe(
            ["a|OPEN|REVIEW|ann|+1|mine|1", "b|WON|WON|ann||deal_b|7", "c|OPEN|REVIEW|ann|+1|mine|1"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task A_record_that_is_gone_leaves_its_row_marked_and_comes_back(WriteMode mode)
    {
        Bench.Policy = table => table with { Deletes = DeletePolicy.Soft };
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 3)));
        var gone = await Bench.RunAsync(
            mode == WriteMode.Merge ? PeopleSource(["""-{"id":"p000001"}"""])
                : PeopleSource([Person("p000000", "name 0"), Person("p000002", "name 2")]), mode, Stop);

        gone.Status.ShouldBe(RunStatus.Succeeded, Why(gone));
        Only(gone).Deleted.ShouldBe(1);
        (await Bench.RowsAsync("people", ("_deleted_at", null), "id", "name")).ShouldBe(["p000000|name 0", "p000002|name 2"]);
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["p000000|name 0", "p000001|name 1", "p000002|name 2"]);
        var still = await Bench.RunAsync(
            mode == WriteMode.Merge ? PeopleSource(["""-{"id":"p000001"}"""])
                : PeopleSource([Person("p000000", "name 0"), Person("p000002", "name 2")]), mode, Stop);
        Only(still).Deleted.ShouldBe(0);
        var back = await Bench.RunAsync(PeopleSource(Persons(0, 3)), mode, Stop);
        back.Status.ShouldBe(RunStatus.Succeeded);
        Only(back).ShouldSatisfyAllConditions(figures => figures.Updated.ShouldBe(1), figures => figures.Unchanged.ShouldBe(2));
        (await Bench.CountAsync("people", ("_deleted_at", null))).ShouldBe(3);
        (await Bench.UndoAsync(back)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("people", ("_deleted_at", null))).ShouldBe(2);
        (await Bench.UndoAsync(gone)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("people", ("_deleted_at", null))).ShouldBe(3);
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
            (await Bench.RowsAsync("things", "id", "status", "is_deleted")).ShouldBe(
                [$"a|ACTIVE|{FalseText}", expected]);
            source.With("things", all);
            await Bench.RunAsync(source, mode, Stop);
            (await Bench.RowsAsync("things", "id", "status", "is_deleted")).ShouldBe(
                [$"a|ACTIVE|{FalseText}", $"b|ACTIVE|{FalseText}"]);
        }
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
    public async Task S4_3_a_failed_stream_stops_those_after_it_and_leaves_those_before()
    {
        var source = new ScriptedSource(People, Pets, Deals)
            .With("people", Persons(0, 2)).With("pets", ["""{"id":1,"name":"Rex"}"""]).With("deals", [Deal("a", "OPEN")]);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        Bench.Limits = plan => plan with { InOrder = true };

        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Partial);
        result.Problems.Select(problem => problem.Code).ShouldBe(["source.broken", "stream.not_reached"]);
        (await Bench.CountAsync("people")).ShouldBe(2);
    }
}
