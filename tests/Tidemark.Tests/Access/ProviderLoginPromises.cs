using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Access;

/// <summary>People whom an OpenID provider sends, whichever database the catalog is.</summary>
public abstract class ProviderLoginPromises : IDisposable
{
    private static readonly AuditActor Somebody = new("somebody", "command");
    private static readonly Device Here = new("10.0.0.7", "Browser/1");

    private readonly TestHome _home;

    private protected ProviderLoginPromises(TestHome home) => _home = home;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_user_keeps_the_pipelines_that_were_given_here_until_they_are_an_administrator()
    {
        await using var catalog = await _home.OpenAsync();
        var definitions = await _home.DefinitionsAsync();
        await DefinitionSetTests.SaveEndsAsync(definitions);
        await definitions.Pipelines.SaveAsync(new("p", "shop", "shelf"), Stop);
        var (logins, users) = (new ProviderLogins(catalog, _home.Clock), new UserCatalog(catalog, _home.Clock));
        await logins.LogInAsync(Anna(Role.Viewer), Here, null, Stop);
        await users.ChangeAsync("anna@example.com", new() { Pipelines = ["p"] }, Somebody, Stop);

        await logins.LogInAsync(Anna(Role.Operator) with { Email = "new@example.com", Name = "Anna\0C" }, Here, null, Stop);
        var user = (await users.ListAsync(Stop)).ShouldHaveSingleItem();
        (user.Email, user.Name, user.Role).ShouldBe(("anna@example.com", "Anna C", Role.Operator));
        user.Pipelines.ShouldBe(["p"]);

        await logins.LogInAsync(Anna(Role.Admin), Here, null, Stop);
        (await users.FindAsync("anna@example.com", Stop)).Pipelines.ShouldBeEmpty();
    }

    [Fact]
    public async Task P11_an_administrator_of_the_provider_is_one_who_can_log_in()
    {
        await using var catalog = await _home.OpenAsync();
        var (logins, users) = (new ProviderLogins(catalog, _home.Clock), new UserCatalog(catalog, _home.Clock));
        await logins.LogInAsync(Anna(Role.Admin), Here, null, Stop);
        (await Should.ThrowAsync<TidemarkException>(() => users.RemoveAsync("anna@example.com", Somebody, Stop))).Code.ShouldBe("user.last_admin");
        await logins.LogInAsync(new("https://login.example.com", "ben\0\u001a", Role.Admin) { Email = "ben@example.com" }, Here, null, Stop);
        await logins.LogInAsync(new("https://login.example.com", "ben\0\u001a", Role.Admin), Here, null, Stop);

        await users.RemoveAsync("anna@example.com", Somebody, Stop);

        (await users.ListAsync(Stop)).ShouldHaveSingleItem().Email.ShouldBe("ben@example.com");
    }

    [Theory]
    [InlineData(null, true, "login.no_email")]
    [InlineData("no address", true, "login.no_email")]
    [InlineData("eve@example.com", false, "login.no_email")]
    [InlineData("anna@example.com", true, "login.email_taken")]
    public async Task P11_who_has_no_address_of_their_own_is_refused_and_nothing_is_made(string? email, bool isVerified, string code)
    {
        await using var catalog = await _home.OpenAsync();
        var logins = new ProviderLogins(catalog, _home.Clock);
        await logins.LogInAsync(Anna(Role.Viewer), Here, null, Stop);

        var eve = new ProviderLogin("https://login.example.com", "eve-1", Role.Admin) { Email = email, IsEmailVerified = isVerified };
        (await Should.ThrowAsync<TidemarkException>(() => logins.LogInAsync(eve, Here, null, Stop))).Code.ShouldBe(code);
        var elsewhere = Anna(Role.Admin) with { Issuer = "https://evil.example" };
        (await Should.ThrowAsync<TidemarkException>(() => logins.LogInAsync(elsewhere, Here, null, Stop))).Code.ShouldBe("login.email_taken");

        (await new UserCatalog(catalog, _home.Clock).ListAsync(Stop)).ShouldHaveSingleItem().Role.ShouldBe(Role.Viewer);
        (await new SessionCatalog(catalog, _home.Clock).ListAsync(null, Stop)).ShouldHaveSingleItem();
        (await new AuditCatalog(catalog, _home.Clock).ListAsync(new() { Action = "login", Outcome = AuditOutcome.Refused }, 10, Stop))[1].Note.Detail.ShouldBe($"from 10.0.0.7, by OpenID: {code}");
    }

    private static ProviderLogin Anna(Role role) => new("https://login.example.com", "anna-1", role) { Email = "Anna@example.com", IsEmailVerified = true, Name = "Anna B" };
}

public sealed class SqliteProviderLoginPromises() : ProviderLoginPromises(new SqliteHome());

public sealed class PostgresProviderLoginPromises() : ProviderLoginPromises(new PostgresHome());
