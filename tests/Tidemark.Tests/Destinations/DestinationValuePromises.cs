using System.Globalization;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public abstract partial class DestinationPromises
{
    [Fact]
    public async Task Numbers_of_any_size_are_exact()
    {
        string[] numbers =
        [
            "0", "-0.0", "1", "10000", "9999", "99999999", "0.0001", "0.00001", "123456789.987654321", "1e30", "1.5e-7",
            "12345678901234567890123456789012345678901234567890", "-0.000000000000000000000000000001", "9007199254740993", "1E+2",
            "00012.340",
        ];
        await Bench.MergeAsync(PeopleSource(
            [.. numbers.Select((number, at) => $$"""{"id":"{{at:D3}}","paid":"{{number}}"}""")]));

        var found = await Bench.RowsAsync("people", "id", "paid");
        found.Select(row => Normal(row[(row.IndexOf('|', StringComparison.Ordinal) + 1)..])).ShouldBe(numbers.Select(Normal));

        // Exact rational comparison: value = digits * 10^exponent, trailing zeros dropped.
        static (System.Numerics.BigInteger, int) Normal(string text)
        {
            var parts = text.ToLowerInvariant().Split('e');
            var exponent = parts.Length == 2 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
            var point = parts[0].IndexOf('.', StringComparison.Ordinal);
            if (point >= 0) exponent -= parts[0].Length - point - 1;
            var digits = System.Numerics.BigInteger.Parse(
                parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            while (!digits.IsZero && digits % 10 == 0) (digits, exponent) = (digits / 10, exponent + 1);
            return digits.IsZero ? (0, 0) : (digits, exponent);
        }
    }

    [Fact]
    public async Task A_field_of_ten_megabytes_arrives_whole()
    {
        var large = new string('x', 10 * 1024 * 1024);
        var result = await Bench.MergeAsync(PeopleSource([Person("big", large), Person("small", "s")]));

        result.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people", ("id", "big"), "name")).ShouldBe([large]);
        (await Bench.RowsAsync("people", ("id", "big"), "raw")).ShouldBe([Person("big", large)]);
    }

    [Fact]
    public async Task A_NUL_in_text_is_kept_or_the_record_goes_to_quarantine_and_the_others_arrive()
    {
        var result = await Bench.MergeAsync(PeopleSource([Person("a", "x"), """{"id":"nul","name":"a\u0000b"}""", Person("z", "y")]));

        if (KeepsNul)
        {
            result.Status.ShouldBe(RunStatus.Succeeded);
            (await Bench.RowsAsync("people", ("id", "nul"), "name")).ShouldBe(["a\0b"]);
        }
        else
        {
            result.Status.ShouldBe(RunStatus.Partial);
            Only(result).ShouldSatisfyAllConditions(
                figures => figures.Quarantined.ShouldBe(1), figures => figures.Created.ShouldBe(2), figures => figures.IsAccountedFor.ShouldBeTrue());
            (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Payload.ShouldContain("\\u0000");
        }
    }

    [Fact]
    public async Task Records_whose_values_do_not_fit_go_to_quarantine_with_their_reason()
    {
        var result = await Bench.MergeAsync(PeopleSource(
        [
            Person("good", "g"), """{"id":"text","age":"abc"}""", """{"id":"huge","age":1e30}""", """{"id":"half","age":1.5}""",
            """{"id":"whole","age":1.0}""", """{"id":"day","born":"2027-02-29"}""", """{"id":"time","seen":"yesterday"}""",
            """{"id":"surrogate","name":"\ud800"}""", """{"name":"no key"}""", """{"id":null}""", "[]",
        ]));

        result.Status.ShouldBe(RunStatus.Partial);
        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(11), figures => figures.Created.ShouldBe(2), figures => figures.Quarantined.ShouldBe(9),
            figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.QuarantineAsync()).Select(entry => entry.Record.Reason.Code).Order(StringComparer.Ordinal).ShouldBe(
        [
            "record.no_key", "record.no_key", "record.not_an_object", "value.invalid_text", "value.out_of_range",
            "value.wrong_type", "value.wrong_type", "value.wrong_type", "value.wrong_type",
        ]);
    }

    [Fact]
    public async Task P4_the_row_of_a_record_that_cannot_be_written_is_not_taken_for_gone()
    {
        await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")]));
        var result = await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), """{"id":"b","age":"not a number"}"""]));

        result.Status.ShouldBe(RunStatus.Partial);
        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Deleted.ShouldBe(1), figures => figures.Quarantined.ShouldBe(1), figures => figures.Receipt!.IsVerified.ShouldBeTrue());
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Fact]
    public async Task P4_nothing_is_deleted_while_a_record_cannot_be_identified()
    {
        await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        var result = await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), """{"name":"who?"}"""]));

        result.Status.ShouldBe(RunStatus.Partial);
        Only(result).Deleted.ShouldBe(0);
        (await Bench.RowsAsync("people", "id")).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task Rows_that_a_constraint_refuses_are_isolated_and_the_others_are_written(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource([Person("p000000", "old")]));
        await Bench.MakeUniqueAsync("people", "name");
        string[] records = [.. Persons(0, 200), Person("twin", "name 7"), Person("other", "name 9")];
        var result = await Bench.RunAsync(PeopleSource(records), mode, Stop);

        result.Status.ShouldBe(RunStatus.Partial);
        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Quarantined.ShouldBe(2), figures => figures.Created.ShouldBe(199), figures => figures.Updated.ShouldBe(1),
            figures => figures.IsAccountedFor.ShouldBeTrue(), figures => figures.Receipt!.IsVerified.ShouldBeTrue());
        (await Bench.CountAsync("people")).ShouldBe(200);
        (await Bench.QuarantineAsync()).ShouldAllBe(entry => entry.Record.Reason.Code.EndsWith(".unique", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_field_becomes_a_column_under_evolve_and_stays_one()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        var source = PeopleSource(
            [Person("b", "Bob"), """{"id":"c","New Field":"x","numbers":12.5,"deep":{"k":1},"yes":true,"nothing":null}"""], [Person("d", "Di")]);
        (await Bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people", ("id", "c"), "new_field", "numbers", "deep"))
            .ShouldBe(["x|12.5|{\"k\":1}"]);

        var replaced = await Bench.ReplaceAsync(PeopleSource(
            [Person("a", "Ada"), Person("b", "Bob"), Person("d", "Di"), """{"id":"c","New Field":"y","later":"z"}"""]));
        replaced.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people", ("id", "c"), "new_field", "later")).ShouldBe(["y|z"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task R10_an_inferred_number_becomes_text_once_a_record_has_text_there(WriteMode mode)
    {
        string[] first = ["""{"id":"a","zeta":1.50}"""];
        (await Bench.RunAsync(PeopleSource(first), mode, Stop)).Status.ShouldBe(RunStatus.Succeeded);
        string[] more = ["""{"id":"b","zeta":2}""", """{"id":"c","zeta":"three"}""", """{"id":"d","zeta":"04"}"""];
        var widened = await Bench.RunAsync(PeopleSource([.. first, .. more], ["""{"id":"e","zeta":5}"""]), mode, Stop);

        (widened.Status, Only(widened).Quarantined, Only(widened).Created).ShouldBe((RunStatus.Succeeded, 0L, 4L));
        (await Bench.RowsAsync("people", "id", "zeta")).ShouldBe(["a|1.50", "b|2", "c|three", "d|04", "e|5"]);

        var later = await Bench.RunAsync(PeopleSource([.. first, .. more, """{"id":"e","zeta":6}"""]), mode, Stop);
        (later.Status, Only(later).Updated, Only(later).Unchanged).ShouldBe((RunStatus.Succeeded, 1L, 4L));
        (await Bench.RowsAsync("people", ("id", "e"), "zeta")).ShouldBe(["6"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge, false)]
    [InlineData(WriteMode.Merge, true)]
    [InlineData(WriteMode.Replace, false)]
    [InlineData(WriteMode.Replace, true)]
    public async Task R10_a_new_field_whose_records_of_one_page_disagree_is_text_from_the_start(WriteMode mode, bool isFirst)
    {
        if (!isFirst) await Bench.MergeAsync(PeopleSource([Person("z", "Zoe")]));
        var result = await Bench.RunAsync(
            PeopleSource([Person("z", "Zoe"), """{"id":"a","zeta":1.50}""", """{"id":"b","zeta":"two"}""", """{"id":"c","zeta":3,"eta":true}"""]), mode, Stop);

        (result.Status, Only(result).Quarantined, Only(result).Created).ShouldBe((RunStatus.Succeeded, 0L, isFirst ? 4L : 3L), Why(result));
        (await Bench.RowsAsync("people", "id", "zeta")).ShouldBe(["a|1.50", "b|two", "c|3", "z|"]);
    }

    [Fact]
    public async Task R10_a_column_that_may_not_change_lets_the_record_wait_with_its_value_and_the_way_out()
    {
        await Bench.MergeAsync(PeopleSource(["""{"id":"a","zeta":1}"""]));
        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Discard };
        var result = await Bench.MergeAsync(PeopleSource(["""{"id":"b","zeta":"two"}""", """{"id":"c","age":"old"}""", """{"id":"d","zeta":3}"""]));

        (result.Status, Only(result).Quarantined, Only(result).Created).ShouldBe((RunStatus.Partial, 2L, 1L));
        var reasons = (await Bench.QuarantineAsync()).ToDictionary(entry => entry.Record.Key!, entry => entry.Record.Reason);
        reasons["b"].Message.ShouldBe("The value of zeta is not a Decimal: \"two\".");
        reasons["b"].Hint!.ShouldContain("set schema_changes of the pipeline to evolve");
        reasons["c"].Hint!.ShouldContain("list the columns of the stream");
    }

    [Fact]
    public async Task R10_an_empty_text_is_no_number_and_no_day_but_null_unless_the_pipeline_says_otherwise()
    {
        const string empty = """{"id":"a","name":"","age":"","paid":"","rate":"","active":"","born":"","seen":""}""";
        (await Bench.MergeAsync(PeopleSource([empty]))).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("people", ("age", null))).ShouldBe(1);
        (await Bench.CountAsync("people", ("born", null))).ShouldBe(1);
        (await Bench.RowsAsync("people", "name")).ShouldBe([""]);

        Bench.Policy = table => table with { EmptyText = EmptyText.Quarantine };
        (await Bench.MergeAsync(PeopleSource([empty.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)]))).Status.ShouldBe(RunStatus.Partial);
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldBe("The value of age is not a Int64: \"\".");
    }

    [Fact]
    public async Task R10_a_record_with_more_texts_than_a_row_holds_is_a_row_and_the_rest_stays_in_raw()
    {
        var fields = string.Join(",", Enumerable.Range(0, 420).Select(at => $"\"text{at}\":\"{new string('x', 40)} {at}\""));
        var result = await Bench.MergeAsync(PeopleSource([$"{{\"id\":\"a\",{fields}}}", Person("b", "Bob")]));

        (result.Status, Only(result).Quarantined).ShouldBe((RunStatus.Succeeded, 0L));
        (await Bench.RowsAsync("people", ("id", "a"), "text0")).ShouldHaveSingleItem().ShouldEndWith(" 0");
        (await Bench.RowsAsync("people", ("id", "a"), "raw")).ShouldHaveSingleItem().ShouldContain("text419");
        (await Bench.MergeAsync(PeopleSource([$"{{\"id\":\"a\",{fields}}}"]))).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task A_new_field_stops_a_frozen_stream_and_is_left_out_under_discard()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Freeze };
        var frozen = await Bench.MergeAsync(PeopleSource(["""{"id":"b","extra":1}"""]));
        frozen.Problems.ShouldContain(problem => problem.Code == "schema.frozen");
        frozen.Status.ShouldBe(RunStatus.Failed);

        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Discard };
        (await Bench.MergeAsync(PeopleSource(["""{"id":"b","extra":1}"""]))).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people", ("id", "b"), "raw")).ShouldBe(["""{"id":"b","extra":1}"""]);
    }

    [Fact]
    public async Task Names_that_need_quoting_are_names_and_nothing_else()
    {
        var odd = new StreamSchema("\"; DROP TABLE people; --",
            [new("select", FieldType.Text) { Path = "id" }, new("Ünï\"cødé 😀", FieldType.Text) { Path = "name" }, new("'; --", FieldType.Int64) { Path = "age" }])
        {
            Key = ["select"],
        };
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        var source = new ScriptedSource(odd).With(odd.Name, ["""{"id":"x","name":"'); DROP TABLE people; --","age":1}"""]);
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.RowsAsync(odd.Name, "select", "Ünï\"cødé 😀")).ShouldBe(["x|'); DROP TABLE people; --"]);
        (await Bench.CountAsync("people")).ShouldBe(1);
    }

    [Fact]
    public async Task As_many_columns_as_the_database_allows_are_written_and_more_are_refused_before_anything_is()
    {
        static StreamSchema Wide(int fields) => new("wide",
            [new("id", FieldType.Text), .. Enumerable.Range(1, fields - 1).Select(at => new Field($"f{at}", FieldType.Int64))]);

        var most = Wide(MaxColumns - 8); // raw, _hash, _run, _synced_at and those beside the rows as they were
        var record = $$"""{"id":"a","f1":1,"f{{most.Fields.Count - 1}}":{{most.Fields.Count - 1}},"extra":1}""";
        var result = await Bench.ReplaceAsync(new ScriptedSource(most).With("wide", [record]));
        result.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.ReplaceAsync(new ScriptedSource(most).With("wide", [record]))).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("wide", $"f{most.Fields.Count - 1}")).ShouldBe([$"{most.Fields.Count - 1}"]);

        await using var destination = Bench.OpenDestination();
        var problems = await destination.CheckAsync([new TablePlan("wider", Wide(MaxColumns))], Stop);
        problems.ShouldHaveSingleItem().Code.ShouldEndWith(".too_many_columns");
    }

    protected abstract int MaxColumns { get; }

    protected abstract bool KeepsNul { get; }

    protected abstract string TrueText { get; }

    protected abstract string FalseText { get; }
}
