using Shouldly;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;
using static Tidemark.Tests.Postgres.Transfer.TargetBench;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Trap 13: rows that a constraint refuses are listed, and nothing changes. Triggers and sequences are seen to.</summary>
public sealed class TargetRefusalTests
{
    private static readonly TransferTable People = Table("people", ["id integer", "name text", "email text"]);

    private static readonly TransferTable Letters = Table("letters", ["id integer", "person integer"]);

    [Fact]
    public async Task Trap_13_rows_that_break_a_constraint_of_any_kind_are_listed_with_it_and_nothing_has_changed()
    {
        await using var bench = await StartAsync("CREATE TABLE people (id integer PRIMARY KEY, name text, email text); CREATE TABLE letters (id integer PRIMARY KEY, person integer)");
        await bench.RunAsync(
            """
            ALTER TABLE people ADD own text NOT NULL DEFAULT 'own', ALTER name SET NOT NULL, ADD CONSTRAINT small CHECK (length(name) < 5); CREATE UNIQUE INDEX one_email ON people (lower(email));
            ALTER TABLE letters ADD CONSTRAINT has_person FOREIGN KEY (person) REFERENCES people; CREATE TABLE badges (person integer CONSTRAINT badge_of REFERENCES people);
            INSERT INTO people VALUES (1, 'old', 'a'), (9, 'old', 'z'); INSERT INTO badges VALUES (9); INSERT INTO letters VALUES (1, 1);
            INSERT INTO origin.people VALUES (1, 'new', 'a'), (2, 'too long', 'b'), (3, NULL, 'c'), (4, 'd', 'X'), (5, 'e', 'x');
            INSERT INTO origin.letters VALUES (1, 1), (2, 77), (3, 4)
            """);

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.TransferAsync(bench.Write(ApplyMode.Mirror, People, Letters)));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Configuration, "transfer.rows_refused"));
        refused.Problems.Select(problem => $"{problem.Code}: {problem.Subject}: {problem.Message}").ShouldBe(
            [
                "postgres.foreign_key: table people, row 9: Another table refers to it: badges (constraint badge_of).",
                "postgres.foreign_key: table letters, row 2: It refers to a row that is not in people (constraint has_person).",
                "postgres.not_null: table people, row 3: Its column name is null.",
                "postgres.check: table people, row 2: It breaks the constraint small.",
                "postgres.unique: table people, row 4: Another row has the same values (one_email).",
                "postgres.unique: table people, row 5: Another row has the same values (one_email).",
            ],
            ignoreOrder: true);
        (await bench.RowsAsync("SELECT id, name, email FROM people ORDER BY id")).ShouldBe(["1|old|a", "9|old|z"]);
        (await bench.RowsAsync("SELECT * FROM letters")).ShouldBe(["1|1"]);
        (await bench.RowsAsync("SELECT count(*) FROM _tidemark.transfer_staging")).ShouldBe(["2"], "what is kept aside is found again");
    }

    [Fact]
    public async Task Of_many_refused_rows_the_first_hundred_are_named()
    {
        await using var bench = await StartAsync("CREATE TABLE letters (id integer PRIMARY KEY, person integer)");
        await bench.RunAsync("ALTER TABLE letters ADD CHECK (person > 0); INSERT INTO origin.letters SELECT n, -n FROM generate_series(1, 150) AS n");

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.TransferAsync(bench.Write(ApplyMode.Upsert, Letters)));

        refused.Problems.Count.ShouldBe(100);
        refused.Message.ShouldContain("100 rows or more");
    }

    [Fact]
    public async Task A_trigger_that_refuses_rows_is_quoted()
    {
        await using var bench = await StartAsync("CREATE TABLE letters (id integer PRIMARY KEY, person integer)");
        await bench.RunAsync("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not on a Sunday'; END$$; CREATE TRIGGER no BEFORE INSERT ON letters FOR EACH ROW EXECUTE FUNCTION no(); INSERT INTO origin.letters VALUES (1, 1)");

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.TransferAsync(bench.Write(ApplyMode.Upsert, Letters)));

        refused.Code.ShouldBe("transfer.rows_refused");
        refused.Problems.ShouldHaveSingleItem().Message.ShouldContain("not on a Sunday");
    }

    [Fact]
    public async Task Two_rows_kept_aside_with_one_key_are_refused_and_not_one_of_them_written()
    {
        await using var bench = await StartAsync("CREATE TABLE letters (id integer PRIMARY KEY, person integer)");
        await bench.RunAsync("INSERT INTO origin.letters VALUES (1, 1)");
        var write = bench.Write(ApplyMode.Upsert, Letters);
        await using var target = await bench.OpenAsync(write);
        await bench.StageAsync(target, Letters, new RowSelection.Blocks(0, 1));
        await bench.StageAsync(target, Letters, new RowSelection.Blocks(1, 2));

        (await Should.ThrowAsync<TidemarkException>(() => target.ApplyAsync(Whole(write), _ => Task.CompletedTask, TestContext.Current.CancellationToken))).Code.ShouldBe("transfer.key_twice");
        (await bench.RowsAsync("SELECT * FROM letters")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(TriggerUse.Fire, "always,ordinary")]
    [InlineData(TriggerUse.Off, "")]
    public async Task Triggers_fire_or_not_as_told_and_are_afterwards_as_they_were_without_a_superuser(TriggerUse use, string fired)
    {
        await using var bench = await StartAsync("CREATE TABLE letters (id integer PRIMARY KEY, person integer) PARTITION BY RANGE (id); CREATE TABLE letters_1 PARTITION OF letters DEFAULT");
        var user = $"owner_{Guid.NewGuid():N}";
        await bench.RunAsync(
            $"""
            CREATE ROLE {user} LOGIN; CREATE TABLE fired (name text); GRANT ALL ON fired TO {user};
            CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO fired VALUES (TG_NAME); RETURN NULL; END';
            CREATE TRIGGER ordinary AFTER INSERT ON letters FOR EACH ROW EXECUTE FUNCTION fire();
            CREATE TRIGGER always AFTER INSERT ON letters_1 FOR EACH ROW EXECUTE FUNCTION fire(); ALTER TABLE letters_1 ENABLE ALWAYS TRIGGER always;
            CREATE TRIGGER replica AFTER INSERT ON letters_1 FOR EACH ROW EXECUTE FUNCTION fire(); ALTER TABLE letters_1 ENABLE REPLICA TRIGGER replica;
            CREATE TRIGGER off AFTER INSERT ON letters_1 FOR EACH ROW EXECUTE FUNCTION fire(); ALTER TABLE letters_1 DISABLE TRIGGER off;
            ALTER TABLE letters OWNER TO {user}; ALTER TABLE letters_1 OWNER TO {user}; ALTER DATABASE {(await bench.RowsAsync("SELECT current_database()"))[0]} OWNER TO {user};
            INSERT INTO origin.letters VALUES (1, 1)
            """);
        const string Enabled = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2";
        var before = await bench.RowsAsync(Enabled);
        try
        {
            await bench.TransferAsync(bench.Write(ApplyMode.Upsert, Letters) with { Triggers = use }, bench.ConnectionsAs(user));

            (await bench.RowsAsync("SELECT * FROM letters")).ShouldBe(["1|1"]);
            string.Join(",", await bench.RowsAsync("SELECT name FROM fired ORDER BY 1")).ShouldBe(fired);
            (await bench.RowsAsync(Enabled)).ShouldBe(before);
        }
        finally
        {
            await bench.RunAsync($"ALTER DATABASE {(await bench.RowsAsync("SELECT current_database()"))[0]} OWNER TO CURRENT_USER; REASSIGN OWNED BY {user} TO CURRENT_USER; DROP OWNED BY {user}; DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task Trap_4_sequences_stand_behind_the_last_number_of_either_side_and_never_go_back()
    {
        await using var bench = await StartAsync("CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY); CREATE TABLE c (id serial PRIMARY KEY)");
        await bench.RunAsync(
            """
            CREATE SEQUENCE loose; CREATE SEQUENCE ahead; CREATE SEQUENCE down INCREMENT -1; CREATE SEQUENCE unused; SELECT setval('ahead', 500); SELECT setval('down', -3); ALTER SEQUENCE c_id_seq RENAME TO odd_name;
            INSERT INTO origin.a VALUES (7); INSERT INTO origin.b VALUES (9); INSERT INTO origin.c VALUES (21); INSERT INTO b VALUES (60)
            """);

        await bench.TransferAsync(
            bench.Write(ApplyMode.Upsert, Table("a", ["id integer"]), Table("b", ["id integer"]), Table("c", ["id integer"])), null,
            Value("a_id_seq", 40, true), Value("b_id_seq", 9, true), Value("c_id_seq", 21, true), Value("loose", 12, false), Value("ahead", 100, true), Value("down", -9, true),
            Value("unused", 1, false), Value("not_there", 5, true));

        (await bench.RowsAsync("SELECT nextval('a_id_seq'), nextval('b_id_seq'), nextval('odd_name'), nextval('loose'), nextval('ahead'), nextval('down'), nextval('unused')"))
            .ShouldBe(["41|61|22|12|501|-10|1"]);

        static SequenceValue Value(string name, long last, bool isCalled) => new(new SqlName("public", name), last, isCalled);
    }

    [Fact]
    public async Task Trap_4_sequences_that_the_user_may_not_move_are_named_and_nothing_changes()
    {
        await using var bench = await StartAsync("CREATE TABLE letters (id integer PRIMARY KEY, person integer)");
        var user = $"writer_{Guid.NewGuid():N}";
        await bench.RunAsync(
            $"""
            CREATE ROLE {user} LOGIN; CREATE SEQUENCE one; CREATE SEQUENCE two; GRANT SELECT ON SEQUENCE one TO {user}; GRANT ALL ON letters TO {user};
            GRANT CREATE ON DATABASE {(await bench.RowsAsync("SELECT current_database()"))[0]} TO {user}; INSERT INTO origin.letters VALUES (1, 1)
            """);
        try
        {
            var refused = await Should.ThrowAsync<TidemarkException>(() => bench.TransferAsync(
                bench.Write(ApplyMode.Upsert, Letters), bench.ConnectionsAs(user), new SequenceValue(new SqlName("public", "one"), 5, true), new SequenceValue(new SqlName("public", "two"), 5, true)));

            refused.Code.ShouldBe("transfer.sequence_refused");
            refused.Message.ShouldContain("\"public\".\"one\", \"public\".\"two\"");
            (await bench.RowsAsync("SELECT * FROM letters")).ShouldBeEmpty();
        }
        finally
        {
            await bench.RunAsync($"REASSIGN OWNED BY {user} TO CURRENT_USER; DROP OWNED BY {user}; DROP ROLE {user}");
        }
    }
}
