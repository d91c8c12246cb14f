using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Backup;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>
/// What an application may do to a table between two runs, in every mode: the next run ends with the values of the source in the
/// table, or says what is wrong. It is never called succeeded and wrong, and never fails with a defect.
/// </summary>
public abstract class OtherWriterMatrix(SqlWorkbench bench, string connector) : IAsyncLifetime
{
    /// <summary>What comes after the deed.</summary>
    public enum Next
    {
        Merge,
        Full,
        Refresh,
        Undo,
        Restore,
    }

    private static readonly StreamSchema People = new("people",
        [new("id", FieldType.Text), new("name", FieldType.Text), new("age", FieldType.Int64), new("paid", FieldType.Decimal)]);

    private static readonly string[] Before =
        [Row("a", "Ada", 36, "1.25"), Row("b", "Bob", 41, "2.50"), Row("c", "Cyd", 19, "3.75"), Row("d", "Dot", 28, "4.00")];

    private static readonly string[] After = [Row("a", "Ada", 36, "1.25"), Row("b", "Bobby", 42, "9.995"), Row("d", "Dot", 28, "4.00"), Row("e", "Eve", 50, "5.5")];

    /// <summary>Each deed with each kind of run where TIDEMARK_TEST_WRITERS is <c>all</c>; else with one, in turn.</summary>
    protected static TheoryData<string, Next> CasesOf(IEnumerable<string> deeds)
    {
        var kinds = Enum.GetValues<Next>();
        var isAll = Environment.GetEnvironmentVariable("TIDEMARK_TEST_WRITERS") == "all";
        return new(deeds.Index().SelectMany(deed => (isAll ? kinds : [kinds[deed.Index % kinds.Length]]).Select(next => (deed.Item, next))));
    }

    /// <summary>What is done to the table people, as SQL; more than one statement may be in it.</summary>
    protected abstract IReadOnlyDictionary<string, string> Deeds { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected Task IsRightOrSaysWhatIsWrongAsync(string deed, Next next) => next switch
    {
        Next.Merge => TheNextRunAsync(deed, WriteMode.Merge),
        Next.Full => TheNextRunAsync(deed, WriteMode.Replace),
        Next.Refresh => TheNextRunAsync(deed, WriteMode.Refresh),
        Next.Undo => AnUndoAsync(deed),
        _ => ARestoreAsync(deed),
    };

    private async Task TheNextRunAsync(string deed, WriteMode mode)
    {
        (await bench.MergeAsync(Source(Before))).Status.ShouldBe(RunStatus.Succeeded);
        await bench.ExecuteAsync(Deeds[deed]);
        var result = await bench.RunAsync(Source(mode == WriteMode.Merge ? [.. After, "-" + Row("c", "Cyd", 19, "3.75")] : After), mode, Stop);

        ShouldBeToldOrRight(result);
        // A merge does not look for rows that no record is of.
        var where = mode == WriteMode.Merge ? "AND id IN ('a', 'b', 'c', 'd', 'e')" : "";
        if (result.Status == RunStatus.Succeeded) await ShouldHoldAsync(["a|Ada|36|1.25", "b|Bobby|42|9.995", "d|Dot|28|4", "e|Eve|50|5.5"], where);
    }

    private async Task AnUndoAsync(string deed)
    {
        await bench.MergeAsync(Source(Before));
        var run = await bench.MergeAsync(Source([.. After, "-" + Row("c", "Cyd", 19, "3.75")]));
        run.Status.ShouldBe(RunStatus.Succeeded);
        await bench.ExecuteAsync(Deeds[deed]);
        var undone = await bench.UndoAsync(run);

        ShouldBeToldOrRight(undone);
        // Rows that were changed since are listed, and the undo is partial. What the run has not changed is not its business.
        if (undone.Status == RunStatus.Succeeded) await ShouldHoldAsync(["b|Bob|41|2.5", "c|Cyd|19|3.75"], "AND id IN ('b', 'c', 'e')");
    }

    /// <summary>Rows that a run has changed since come back, with those that the application has changed; its own go.</summary>
    private async Task ARestoreAsync(string deed)
    {
        await bench.MergeAsync(Source(Before));
        var backups = new BackupBench(bench, connector);
        var backup = await backups.BackUpAsync("people");
        (await bench.MergeAsync(Source([.. After, "-" + Row("c", "Cyd", 19, "3.75")]))).Status.ShouldBe(RunStatus.Succeeded);
        await bench.ExecuteAsync(Deeds[deed]);
        try
        {
            await backups.RestoreAsync(backup, RestoreMode.Exact);
        }
        catch (TidemarkException refused)
        {
            refused.Code.ShouldNotStartWith("defect.");
            return;
        }

        await ShouldHoldAsync(["a|Ada|36|1.25", "b|Bob|41|2.5", "c|Cyd|19|3.75", "d|Dot|28|4"]);
        (await bench.CountAsync("people")).ShouldBe(4);
    }

    private static void ShouldBeToldOrRight(RunResult result)
    {
        var problems = string.Join("; ", result.Problems.Concat(result.Streams.Select(stream => stream.Error).OfType<Engine.Errors.Problem>())
            .Select(problem => $"{problem.Code}: {problem.Message}"));
        problems.ShouldNotContain("defect.");
        if (result.Status == RunStatus.Succeeded) return;
        result.Status.ShouldBeOneOf([RunStatus.Partial, RunStatus.Failed, RunStatus.Parked], problems);
        (problems.Length > 0 || result.Streams.Any(stream => stream.Quarantined + stream.Skipped > 0 || stream.Receipt is { IsVerified: false }))
            .ShouldBeTrue("nothing says why");
    }

    /// <summary>The rows that are not the application's have exactly these values.</summary>
    private async Task ShouldHoldAsync(string[] rows, string where = "")
    {
        var found = await bench.QueryAsync($"""SELECT id, name, age, paid FROM people WHERE "_hash" IS NOT NULL {where} ORDER BY id, name""");
        found.Select(Plain).ShouldBe(rows);
    }

    /// <summary>Without zeros at the end of the amount.</summary>
    private static string Plain(string row) =>
        row.LastIndexOf('.') > row.LastIndexOf('|') ? row.TrimEnd('0').TrimEnd('.') : row;

    private static string Row(string id, string name, int age, string paid) => $$"""{"id":"{{id}}","name":"{{name}}","age":{{age}},"paid":{{paid}}}""";

    private static ScriptedSource Source(string[] records) => new ScriptedSource(People).With("people", records);
}

public sealed class PostgresOtherWriterMatrix() : OtherWriterMatrix(new PostgresWorkbench(), "postgres")
{
    private static string Trigger(string body, string when) =>
        $"CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$; CREATE TRIGGER act {when} ON people FOR EACH ROW EXECUTE FUNCTION act();";

    private static readonly Dictionary<string, string> All = new()
    {
        ["a row is changed"] = "UPDATE people SET name = 'Mallory' WHERE id = 'b'",
        ["an unchanged row is changed"] = "UPDATE people SET age = 99 WHERE id = 'a'",
        ["a value is emptied"] = "UPDATE people SET paid = NULL WHERE id = 'd'",
        ["a row is deleted"] = "DELETE FROM people WHERE id = 'a'",
        ["a row is doubled"] = "ALTER TABLE people DROP CONSTRAINT people_pkey; INSERT INTO people SELECT * FROM people WHERE id = 'b'",
        ["the primary key is gone"] = "ALTER TABLE people DROP CONSTRAINT people_pkey",
        ["a key is changed"] = "UPDATE people SET id = 'z' WHERE id = 'd'",
        ["a row of its own"] = "INSERT INTO people (id, name) VALUES ('own', 'mine')",
        ["a row of its own with a key to come"] = "INSERT INTO people (id, name) VALUES ('e', 'mine') ON CONFLICT (id) DO NOTHING",
        ["all rows are deleted"] = "TRUNCATE people",
        ["the table is dropped"] = "DROP TABLE people",
        ["the table is renamed"] = "ALTER TABLE people RENAME TO persons",
        ["another table takes its place"] = "ALTER TABLE people RENAME TO persons; CREATE TABLE people (id text PRIMARY KEY, name text); INSERT INTO people SELECT id, name FROM persons",
        ["a view takes its place"] = "ALTER TABLE people RENAME TO persons; CREATE VIEW people AS SELECT * FROM persons",
        ["a column is dropped"] = "ALTER TABLE people DROP COLUMN name",
        ["a column is dropped and made again"] = "ALTER TABLE people DROP COLUMN age; ALTER TABLE people ADD COLUMN age bigint",
        ["a column is renamed"] = "ALTER TABLE people RENAME COLUMN name TO full_name",
        ["a column is added"] = "ALTER TABLE people ADD COLUMN note text DEFAULT 'x'",
        ["a column that must be given is added"] = "ALTER TABLE people ADD COLUMN must text NOT NULL DEFAULT 'x'; ALTER TABLE people ALTER COLUMN must DROP DEFAULT",
        ["a column becomes a generated one"] = "ALTER TABLE people DROP COLUMN name; ALTER TABLE people ADD COLUMN name text GENERATED ALWAYS AS (upper(id)) STORED",
        ["a generated column is added"] = "ALTER TABLE people ADD COLUMN shout text GENERATED ALWAYS AS (upper(name)) STORED",
        ["an identity column is added"] = "ALTER TABLE people ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY",
        ["a constraint refuses"] = "ALTER TABLE people ADD CONSTRAINT short CHECK (length(name) < 4) NOT VALID",
        ["a value must be unique"] = "CREATE UNIQUE INDEX one_age ON people (age); UPDATE people SET age = 42 WHERE id = 'd' AND NOT EXISTS (SELECT 1 FROM people WHERE age = 42)",
        ["values must be given"] = "ALTER TABLE people ADD CONSTRAINT given CHECK (age IS NOT NULL AND age < 45) NOT VALID",
        ["a deferred constraint refuses"] = "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 'e' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON people DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();",
        ["a trigger changes values"] = Trigger("NEW.name := upper(NEW.name); RETURN NEW;", "BEFORE INSERT OR UPDATE"),
        ["a trigger changes values later"] = Trigger("UPDATE people SET age = age + 1 WHERE id = NEW.id AND pg_trigger_depth() < 2; RETURN NULL;", "AFTER INSERT OR UPDATE"),
        ["a trigger swallows rows"] = Trigger("IF NEW.id = 'e' THEN RETURN NULL; END IF; RETURN NEW;", "BEFORE INSERT"),
        ["a trigger swallows updates"] = Trigger("RETURN NULL;", "BEFORE UPDATE"),
        ["a trigger keeps rows"] = Trigger("RETURN NULL;", "BEFORE DELETE"),
        ["a trigger fails"] = Trigger("RAISE EXCEPTION 'no' USING ERRCODE = 'XX123';", "BEFORE INSERT OR UPDATE"),
        ["a rule does something else"] = "CREATE RULE nothing AS ON INSERT TO people WHERE NEW.id = 'e' DO INSTEAD NOTHING",
        ["a type becomes narrower"] = "ALTER TABLE people ALTER COLUMN name TYPE varchar(3) USING left(name, 3)",
        ["a type cuts"] = "ALTER TABLE people ALTER COLUMN name TYPE char(4) USING left(name, 4)",
        ["a type rounds"] = "ALTER TABLE people ALTER COLUMN paid TYPE numeric(10,2)",
        ["a type becomes smaller"] = "ALTER TABLE people ALTER COLUMN age TYPE smallint",
        ["a type becomes wider"] = "ALTER TABLE people ALTER COLUMN age TYPE numeric",
        ["a type becomes another"] = "ALTER TABLE people ALTER COLUMN age TYPE text USING age::text",
        ["a number becomes real"] = "ALTER TABLE people ALTER COLUMN paid TYPE real",
        ["a type becomes a domain"] = "CREATE DOMAIN short_name AS text CHECK (length(VALUE) < 4); ALTER TABLE people ALTER COLUMN name TYPE short_name USING left(name, 3)",
        ["a collation becomes loose"] = "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ALTER TABLE people ALTER COLUMN id TYPE text COLLATE loose",
        ["rows are referred to"] = "CREATE TABLE orders (id int, person text REFERENCES people (id)); INSERT INTO orders SELECT 1, id FROM people WHERE id IN ('c', 'e')",
        ["rows are referred to with a cascade"] = "CREATE TABLE orders (id int, person text REFERENCES people (id) ON DELETE CASCADE); INSERT INTO orders SELECT 1, id FROM people WHERE id IN ('c', 'e')",
        ["rows refer to others"] = "CREATE TABLE ages (age bigint PRIMARY KEY); INSERT INTO ages SELECT age FROM people; ALTER TABLE people ADD FOREIGN KEY (age) REFERENCES ages",
        ["the table is published"] = "CREATE PUBLICATION {pub} FOR TABLE people",
        ["the table is published without a key"] = "ALTER TABLE people DROP CONSTRAINT people_pkey; CREATE PUBLICATION {pub} FOR TABLE people",
        ["rows are hidden"] = "ALTER TABLE people ENABLE ROW LEVEL SECURITY; ALTER TABLE people FORCE ROW LEVEL SECURITY; CREATE POLICY no_b ON people USING (id <> 'b')",
        ["the table becomes unlogged"] = "ALTER TABLE people SET UNLOGGED",
        ["hashes are lost"] = "UPDATE people SET _hash = NULL WHERE id = 'b'",
        ["a system column is dropped"] = "ALTER TABLE people DROP COLUMN _hash",
        ["the checkpoints are dropped"] = "DROP TABLE _tidemark_checkpoints",
        ["the kept rows are dropped"] = "DROP TABLE _tidemark_before_people",
        ["a view shows the table"] = "CREATE VIEW shown AS SELECT id, name FROM people",
        ["the table is inherited"] = "CREATE TABLE more () INHERITS (people); INSERT INTO more (id, name) VALUES ('e', 'child')",
    };

    public static TheoryData<string, Next> Cases => CasesOf(All.Keys);

    protected override IReadOnlyDictionary<string, string> Deeds { get; } =
        All.ToDictionary(deed => deed.Key, deed => deed.Value.Replace("{pub}", "p_" + Guid.NewGuid().ToString("N"), StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public Task P1_P3_P7_whatever_an_application_does_to_a_table_the_next_run_an_undo_or_a_restore_is_right_or_says_what_is_wrong(string deed, Next next) =>
        IsRightOrSaysWhatIsWrongAsync(deed, next);
}

public sealed class SqliteOtherWriterMatrix() : OtherWriterMatrix(new SqliteWorkbench(), "sqlite")
{
    private static readonly Dictionary<string, string> All = new()
    {
        ["a row is changed"] = "UPDATE people SET name = 'Mallory' WHERE id = 'b'",
        ["an unchanged row is changed"] = "UPDATE people SET age = 99 WHERE id = 'a'",
        ["a value is emptied"] = "UPDATE people SET paid = NULL WHERE id = 'd'",
        ["a value becomes one of another type"] = "UPDATE people SET age = x'00ff' WHERE id = 'a'; UPDATE people SET name = 7 WHERE id = 'd'",
        ["a row is deleted"] = "DELETE FROM people WHERE id = 'a'",
        ["a key is changed"] = "UPDATE people SET id = 'z' WHERE id = 'd'",
        ["a row of its own"] = "INSERT INTO people (id, name) VALUES ('own', 'mine')",
        ["a row of its own with a key to come"] = "INSERT OR IGNORE INTO people (id, name) VALUES ('e', 'mine')",
        ["all rows are deleted"] = "DELETE FROM people",
        ["the table is dropped"] = "DROP TABLE people",
        ["the table is renamed"] = "ALTER TABLE people RENAME TO persons",
        ["another table takes its place"] = "ALTER TABLE people RENAME TO persons; CREATE TABLE people (id text PRIMARY KEY, name text); INSERT INTO people SELECT id, name FROM persons",
        ["a table without a key takes its place"] = "CREATE TABLE twin AS SELECT * FROM people; DROP TABLE people; ALTER TABLE twin RENAME TO people; INSERT INTO people SELECT * FROM people WHERE id = 'b'",
        ["a view takes its place"] = "ALTER TABLE people RENAME TO persons; CREATE VIEW people AS SELECT * FROM persons",
        ["a column is dropped"] = "ALTER TABLE people DROP COLUMN name",
        ["a column is dropped and made again"] = "ALTER TABLE people DROP COLUMN age; ALTER TABLE people ADD COLUMN age bigint",
        ["a column is renamed"] = "ALTER TABLE people RENAME COLUMN name TO full_name",
        ["a column is added"] = "ALTER TABLE people ADD COLUMN note text DEFAULT 'x'",
        ["a column with a value that is not given is added"] = "ALTER TABLE people ADD COLUMN must text NOT NULL DEFAULT 'x'",
        ["a generated column is added"] = "ALTER TABLE people ADD COLUMN shout text GENERATED ALWAYS AS (upper(name)) VIRTUAL",
        ["a value must be unique"] = "UPDATE people SET age = 42 WHERE id = 'd' AND NOT EXISTS (SELECT 1 FROM people WHERE age = 42); CREATE UNIQUE INDEX one_age ON people (age)",
        ["a trigger refuses"] = "CREATE TRIGGER act BEFORE UPDATE ON people WHEN length(NEW.name) > 3 BEGIN SELECT RAISE(ABORT, 'too long'); END",
        ["a trigger rolls back"] = "CREATE TRIGGER act BEFORE INSERT ON people WHEN NEW.id = 'e' BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
        ["a trigger changes values"] = "CREATE TRIGGER act AFTER UPDATE OF age ON people BEGIN UPDATE people SET name = upper(name) WHERE id = NEW.id; END; CREATE TRIGGER act_i AFTER INSERT ON people BEGIN UPDATE people SET name = upper(name) WHERE id = NEW.id; END",
        ["a trigger swallows rows"] = "CREATE TRIGGER act BEFORE INSERT ON people WHEN NEW.id = 'e' BEGIN SELECT RAISE(IGNORE); END",
        ["a trigger swallows updates"] = "CREATE TRIGGER act BEFORE UPDATE ON people BEGIN SELECT RAISE(IGNORE); END",
        ["a trigger keeps rows"] = "CREATE TRIGGER act BEFORE DELETE ON people BEGIN SELECT RAISE(IGNORE); END",
        ["a loose key"] = "CREATE TABLE twin (id text PRIMARY KEY COLLATE NOCASE, name text, age bigint, paid text, raw text, _hash bigint, _run text, _synced_at text); INSERT INTO twin (id, name, age, paid) SELECT id, name, age, paid FROM people; DROP TABLE people; ALTER TABLE twin RENAME TO people",
        ["rows are referred to"] = "CREATE TABLE orders (id int, person text REFERENCES people (id)); INSERT INTO orders SELECT 1, id FROM people WHERE id IN ('c', 'e')",
        ["rows are referred to with a cascade"] = "CREATE TABLE orders (id int, person text REFERENCES people (id) ON DELETE CASCADE); INSERT INTO orders SELECT 1, id FROM people WHERE id IN ('c', 'e')",
        ["hashes are lost"] = "UPDATE people SET _hash = NULL WHERE id = 'b'",
        ["a system column is dropped"] = "ALTER TABLE people DROP COLUMN _synced_at",
        ["the checkpoints are dropped"] = "DROP TABLE _tidemark_checkpoints",
        ["the kept rows are dropped"] = "DROP TABLE _tidemark_before_people",
        ["a view shows the table"] = "CREATE VIEW shown AS SELECT id, name FROM people",
        ["a strict table takes its place"] = "CREATE TABLE twin (id TEXT PRIMARY KEY, name TEXT, age INT, paid TEXT, raw TEXT, _hash INT, _run TEXT, _synced_at TEXT) STRICT; DROP TABLE people; ALTER TABLE twin RENAME TO people",
    };

    public static TheoryData<string, Next> Cases => CasesOf(All.Keys);

    protected override IReadOnlyDictionary<string, string> Deeds => All;

    [Theory]
    [MemberData(nameof(Cases))]
    public Task P1_P3_P7_whatever_an_application_does_to_a_table_the_next_run_an_undo_or_a_restore_is_right_or_says_what_is_wrong(string deed, Next next) =>
        IsRightOrSaysWhatIsWrongAsync(deed, next);
}
