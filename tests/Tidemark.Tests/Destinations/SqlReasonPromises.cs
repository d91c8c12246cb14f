using Shouldly;
using Tidemark.Engine.Destinations;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Every reason for which a record waits names the column and what the record has in it.</summary>
public abstract partial class SqlDestinationPromises
{
    [Theory]
    [InlineData("name text UNIQUE", """{"id":"x","name":"taken"}""", "The record has name = taken.")]
    [InlineData("name text NOT NULL", """{"id":"x","name":null}""", "The record has name = null.")]
    [InlineData("name text, CONSTRAINT people_name_check CHECK (name <> 'bad')", """{"id":"x","name":"bad"}""", "The record has name = bad.")]
    public async Task The_reason_of_a_constraint_has_the_column_and_its_value_in_every_mode(string column, string record, string reason)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "taken")]));
        Bench.Limits = plan => plan with { Limits = plan.Limits with { MaxQuarantinedRows = 100 } };
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            await Sql.ExecuteAsync("DROP TABLE people");
            await Sql.ExecuteAsync($"CREATE TABLE people (id text PRIMARY KEY, {column})");
            await Bench.RunAsync(PeopleSource([Person("a", "taken")]), mode, Stop);

            await Bench.RunAsync(PeopleSource([Person("a", "taken"), record]), mode, Stop);

            var waiting = (await Bench.QuarantineAsync()).Single(entry => entry.Record.Key == "x");
            waiting.Record.Reason.Message.ShouldEndWith(reason, customMessage: $"{mode}: {waiting.Record.Reason.Message}");
        }
    }

    [Theory]
    [InlineData("CONSTRAINT age_over_name CHECK (name <> 'bad')", "The record has name = bad.")]
    [InlineData("CONSTRAINT \"age\" CHECK (length(name) <> 3)", "The record has name = bad.")]
    [InlineData("CHECK (\"name\" <> 'bad' /* age */)", "The record has name = bad.")]
    [InlineData("CHECK (name<>'bad'   OR age > 5)", "The record has name = bad, age = 3.")]
    public async Task The_reason_of_a_constraint_has_the_columns_that_it_is_made_of_and_not_those_in_its_name(string constraint, string reason)
    {
        await MakePeopleAsync($"CREATE TABLE people (id text PRIMARY KEY, name text, age bigint, {constraint})");

        await Bench.MergeAsync(PeopleSource([Person("a", "taken"), """{"id":"x","name":"bad","age":3}"""]));

        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldEndWith(reason);
    }

    [Theory]
    [InlineData("age", "(name)", "The record has name = taken.")]
    [InlineData("age_and_name", "(name, age)", "The record has name = taken, age = 3.")]
    public async Task The_reason_of_a_unique_index_has_its_columns_whatever_its_name_is(string index, string columns, string reason)
    {
        await MakePeopleAsync("CREATE TABLE people (id text PRIMARY KEY, name text, age bigint)");
        await Sql.ExecuteAsync($"CREATE UNIQUE INDEX {index} ON people {columns}");

        await Bench.MergeAsync(PeopleSource(["""{"id":"a","name":"taken","age":3}""", """{"id":"x","name":"taken","age":3}"""]));

        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldEndWith(reason);
    }

    [Fact]
    public async Task The_reason_of_another_table_s_constraint_has_no_column_of_this_one()
    {
        await MakePeopleAsync("CREATE TABLE people (id text PRIMARY KEY, name text)");
        await Sql.ExecuteAsync("CREATE TABLE names (name text CHECK (name <> 'taken'))");
        await AfterWritesAsync("INSERT INTO names VALUES ('taken')");

        await Bench.MergeAsync(PeopleSource([Person("x", "taken")]));

        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldNotContain("The record has");
    }

    [Theory]
    [InlineData("""{"id":"x","age":"thirty"}""", "age", "\"thirty\"")]
    [InlineData("""{"id":"x","age":1e30}""", "age", "1e30")]
    [InlineData("""{"id":"x","born":"2026-02-30"}""", "born", "\"2026-02-30\"")]
    [InlineData("""{"id":"x","active":"perhaps"}""", "active", "\"perhaps\"")]
    [InlineData("""{"id":"x","name":"\ud83c"}""", "name", "\\ud83c")]
    public async Task The_reason_of_a_value_that_does_not_fit_has_the_column_and_the_value(string record, string column, string value)
    {
        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Discard };
        await Bench.MergeAsync(PeopleSource([record]));

        var message = (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message;

        message.ShouldContain(column);
        message.ShouldContain(value);
    }

    /// <summary>A table of the application, which has been there before the first run that counts.</summary>
    private async Task MakePeopleAsync(string create)
    {
        await Bench.MergeAsync(PeopleSource([]));
        await Sql.ExecuteAsync("DROP TABLE people");
        await Sql.ExecuteAsync(create);
    }

    [Fact]
    public async Task A_long_value_in_a_reason_is_shortened()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", new string('n', 2000))]));
        await Bench.MakeUniqueAsync("people", "name");
        await Bench.MergeAsync(PeopleSource([Person("a", new string('n', 2000)), Person("b", new string('n', 2000))]));

        var message = (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message;

        message.Length.ShouldBeLessThan(300);
        message.ShouldContain("nnn…");
    }
}
