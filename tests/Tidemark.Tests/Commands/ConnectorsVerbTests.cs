using Shouldly;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What is known of a connector's settings is shown wherever somebody may look for it.</summary>
public sealed class ConnectorsVerbTests : IDisposable
{
    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_connector_shows_kind_bounds_default_and_choices_of_each_setting()
    {
        var zoho = Words(await _bench.DoAsync("connectors", "zoho"));

        zoho.ShouldContain("Zoho CRM: source, write-back");
        zoho.ShouldContain("required secret text");
        zoho.ShouldContain("one of us, eu, in, au, cn, jp, ca, sa; default us");
        zoho.ShouldContain("whole number from 1 to 200; default 200; advanced");
    }

    [Fact]
    public async Task As_json_a_setting_has_all_facts_of_its_spec()
    {
        var settings = (await _bench.DoAsync("connectors", "close", "--json")).Line.GetProperty("settings").EnumerateArray()
            .ToDictionary(setting => setting.GetProperty("name").GetString()!);

        settings["api_key"].GetProperty("required").GetBoolean().ShouldBeTrue();
        settings["api_key"].TryGetProperty("default", out _).ShouldBeFalse();
        settings["page_size"].GetRawText().ShouldBe(
            """{"name":"page_size","kind":"whole","required":false,"secret":false,"advanced":true,"description":"Records a page of a list.","default":100,"min":1,"max":100,"vendor_limit":{"limit":"100 for most lists","source":"https://developer.close.com/api/overview/pagination"}}""");
        settings["allow_private_network"].GetProperty("default").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("source", "zoho client_id= client_secret= refresh_token=")]
    [InlineData("destination", "s3 bucket= access_key= secret_key=")]
    public async Task The_help_of_set_says_what_each_connector_needs(string kind, string needs) =>
        Words(await _bench.DoAsync(kind, "set", "--help")).ShouldContain(needs);

    [Theory]
    [InlineData("source", "square", "orders_by Time by which orders are listed")]
    [InlineData("destination", "postgres", "schema Schema of the tables")]
    public async Task The_help_of_set_shows_the_settings_of_a_connector_that_is_named(string kind, string connector, string setting) =>
        Words(await _bench.DoAsync(kind, "set", "--connector", connector, "--help")).ShouldContain(setting);

    [Theory]
    [InlineData("postgres://user:S3cretWord@host/db?sslmode=require")]
    [InlineData("S3cretWord1234==")]
    [InlineData("url=postgre://user:S3cretWord@host/db")]
    public async Task P11_an_address_that_lost_its_key_or_a_letter_is_never_printed(string typed)
    {
        var answer = await _bench.RunAsync("destination", "set", "warehouse", "--connector", "postgres", typed);

        answer.Code.ShouldNotBe(0);
        answer.ToString().ShouldNotContain("S3cretWord", Case.Insensitive);
    }

    private static string Words(Answer answer) =>
        string.Join(' ', answer.Output.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
}
