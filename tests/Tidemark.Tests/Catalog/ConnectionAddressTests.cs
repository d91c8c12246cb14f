using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>An address stands for a connector and its settings, and no name or message shows a secret of it.</summary>
public sealed class ConnectionAddressTests : IDisposable
{
    private static readonly ConnectorCatalog Connectors = CompiledConnectors.Catalog();

    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new() { ["KEY"] = "sk_test_secret", ["DB"] = "postgres://me:pw_secret@host/shop" };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stripe://sk_test_secret@", "stripe://", "api_key=sk_test_secret")]
    [InlineData("stripe://?api_key=env:KEY", "stripe://", "api_key=sk_test_secret")]
    [InlineData("stripe://env:KEY@?page_size=50", "stripe://env:KEY@", "api_key=sk_test_secret, page_size=50")]
    [InlineData("stripe+http://env:KEY@127.0.0.1:8101", "stripe+http://env:KEY@127.0.0.1:8101", "api_key=sk_test_secret, base_url=http://127.0.0.1:8101")]
    [InlineData("oracle://ada:p%40ss@fa.oraclecloud.com", "oracle://ada@fa.oraclecloud.com", "base_url=https://fa.oraclecloud.com, password=p@ss, username=ada")]
    [InlineData("oracle://ada:env:KEY@fa.oraclecloud.com", "oracle://ada@fa.oraclecloud.com", "base_url=https://fa.oraclecloud.com, password=sk_test_secret, username=ada")]
    [InlineData("graphql://shop.example.com/graphql?token=env:KEY&queries=x", "graphql://shop.example.com/graphql?queries=x", "queries=x, token=sk_test_secret, url=https://shop.example.com/graphql")]
    public async Task A_source_is_its_scheme_its_host_its_user_and_its_parameters(string text, string name, string settings)
    {
        var address = await ReadAsync<ISourceConnector>(text);

        (address.Name, Written(address)).ShouldBe((name, settings));
    }

    [Theory]
    [InlineData("postgres://me:pw_secret@host:5433/shop", "postgres://me@host:5433/shop", "url=postgres://me:pw_secret@host:5433/shop")]
    [InlineData("postgresql://me:env:KEY@host/shop?sslmode=require&schema=stripe&own_schema=true", "postgresql://me@host/shop?schema=stripe&own_schema=true",
        "own_schema=true, schema=stripe, url=postgresql://me:sk_test_secret@host/shop?sslmode=require")]
    [InlineData("env:DB", "postgres://me@host/shop", "url=postgres://me:pw_secret@host/shop")]
    [InlineData("sqlite:/tmp/shop.db", "sqlite:/tmp/shop.db", "path=/tmp/shop.db")]
    [InlineData("sqlite:///tmp/shop.db", "sqlite:/tmp/shop.db", "path=/tmp/shop.db")]
    public async Task A_database_reads_its_own_addresses_and_takes_settings_as_parameters(string text, string name, string settings)
    {
        var address = await ReadAsync<IDestinationConnector>(text);

        (address.Name, Written(address)).ShouldBe((name, settings));
    }

    [Fact]
    public async Task A_file_is_of_one_name_however_it_is_typed_and_a_secret_may_stand_in_one()
    {
        var key = _folder.File("key");
        await File.WriteAllTextAsync(key, "sk_test_filed\n", TestHome.Cancelled);

        (await ReadAsync<IDestinationConnector>("sqlite:shop.db")).Name.ShouldBe($"sqlite:{Path.GetFullPath("shop.db")}");
        (await ReadAsync<IDestinationConnector>("sqlite://shop.db")).Name.ShouldBe($"sqlite:{Path.GetFullPath("shop.db")}");
        (await ReadAsync<ISourceConnector>($"stripe://file:{key}@")).Settings["api_key"].ShouldBe("sk_test_filed");
    }

    [Theory]
    [InlineData("strip://sk_test_secret@", "connector.unknown", "Did you mean stripe?")]
    [InlineData("sk_test_secret", "address.malformed", null)]
    [InlineData("postgres://me:sk_test_secret@host/shop", "connector.unknown", null)]
    [InlineData("stripe://env:NOT_SET@", "setting.environment_unset", null)]
    [InlineData("stripe://file:/nowhere/key@", "setting.unreadable", null)]
    [InlineData("stripe://sk_test_secret", "setting.missing", "Write stripe://env:NAME@, or ?api_key=env:NAME.")]
    [InlineData("stripe://sk_test_secret@?page_siz=7", "setting.unknown", "Did you mean page_size?")]
    [InlineData("graphql://sk_test_secret@host/graphql", "address.user", null)]
    [InlineData("zoho://host/?client_id=x", "address.host", null)]
    public async Task A_wrong_address_is_refused_without_being_repeated(string text, string code, string? hint)
    {
        var refused = await Should.ThrowAsync<TidemarkException>(() => ReadAsync<ISourceConnector>(text));

        (refused.Problems.Count > 0 ? refused.Problems[0].Code : refused.Code).ShouldBe(code);
        if (hint is not null) (refused.Hint ?? refused.Problems[0].Hint).ShouldBe(hint);
        $"{refused.Message} {refused.Hint} {string.Join(' ', refused.Problems)}".ShouldNotContain("sk_test_secret");
    }

    [Fact]
    public async Task An_address_of_a_database_that_is_none_is_refused_without_being_repeated()
    {
        var refused = await Should.ThrowAsync<TidemarkException>(() => ReadAsync<IDestinationConnector>("postgres:me:pw_secret@host/shop"));

        refused.Code.ShouldBe("address.malformed");
        $"{refused.Message}{refused.Hint}".ShouldNotContain("pw_secret");
    }

    [Fact]
    public async Task A_long_address_is_a_shorter_name_of_its_own()
    {
        var one = await ReadAsync<ISourceConnector>($"graphql://shop.example.com/{new string('a', 300)}?queries=x");
        var other = await ReadAsync<ISourceConnector>($"graphql://shop.example.com/{new string('a', 299)}?queries=x");

        one.Name.Length.ShouldBeLessThan(100);
        one.Name.ShouldNotBe(other.Name);
    }

    private Task<ConnectionAddress> ReadAsync<T>(string text)
        where T : class, IConnector => ConnectionAddress.ReadAsync<T>(text, Connectors, _environment.GetValueOrDefault, TestHome.Cancelled);

    private static string Written(ConnectionAddress address) =>
        string.Join(", ", address.Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}"));
}
