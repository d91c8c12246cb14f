using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoFieldsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_fields_that_are_named_are_read_and_all_of_other_modules()
    {
        await using var bench = await ZohoBench.StartAsync(230, ("modules", "Contacts, Deals"), ("fields", "Contacts.Last_Name, Contacts.Email"));

        await bench.SucceedsAsync(WriteMode.Merge);

        var contacts = await bench.RowsAsync("contacts", "id");
        contacts.Count.ShouldBe(230);
        contacts.Values.ShouldAllBe(row => row["Last_Name"] != null && row["Modified_Time"] != null && !row.AsObject().ContainsKey("Phone"));
        await bench.ShouldEqualAsync("deals");
        (await bench.RequestsAsync())["recent"]!.AsArray().ShouldAllBe(request => !request!["query"]!.ToString().Contains("ids="), "one call has all of a contact");
    }

    [Fact]
    public async Task Fields_of_criteria_are_read_too_so_that_records_can_be_held_against_them()
    {
        var (bench, options) = await ZohoBench.OpenAsync(
            20, ("modules", "Contacts"), ("fields", "Contacts.Email"), ("criteria", "(Sync_to_Payment_App:equals:Pending Sync)"));
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var stream = (await source.DiscoverAsync(Stop)).ShouldHaveSingleItem();

        stream.Fields.Select(field => field.Name).ShouldBe(["id", "modified_time", "email", "sync_to_payment_app", "currency_symbol"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("Contacts.Emial", "zoho.unknown_field", "Did you mean Email?")]
    [InlineData("Email", "zoho.fields_invalid", "Contacts.Email")]
    [InlineData("Leads.Email", "zoho.fields_invalid", "stands in modules")]
    [InlineData("Contacts.Email.x", "zoho.fields_invalid", "Contacts.Email")]
    public async Task A_field_that_is_not_there_is_said_before_anything_is_read(string fields, string code, string hint)
    {
        var (bench, options) = await ZohoBench.OpenAsync(10, ("modules", "Contacts"), ("fields", fields));
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();

        problem.Code.ShouldBe(code);
        problem.Hint!.ShouldContain(hint);
    }
}
