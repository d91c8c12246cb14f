using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Access;

/// <summary>Users, links, logins and sessions, whichever database the catalog is.</summary>
public abstract class UserPromises : IAsyncLifetime
{
    private const string Right = "correct horse battery";

    private static readonly AuditActor Somebody = new("somebody", "command");
    private static readonly Device Here = new("10.0.0.7", "Browser/1");

    private readonly TestHome _home;
    private CatalogDatabase _catalog = null!;

    private protected UserPromises(TestHome home) => _home = home;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private UserCatalog Users => new(_catalog, _home.Clock);

    private UserLinks Links => new(_catalog, _home.Clock);

    private Logins Logins => new(_catalog, _home.Clock);

    private SessionCatalog Sessions => new(_catalog, _home.Clock);

    public async ValueTask InitializeAsync() => _catalog = await _home.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task P11_an_invited_user_sets_a_password_once_and_logs_in_and_nothing_of_it_is_in_the_catalog()
    {
        var (user, link) = await Users.InviteAsync(new(" Anna@Example.COM ", Role.Operator), Somebody, Stop);

        (user.Email, user.Name, user.HasPassword).ShouldBe(("anna@example.com", "anna", false));
        (await Links.LookAsync(link.Text, Stop))!.Email.ShouldBe("anna@example.com");
        await Links.SetPasswordAsync(link.Text, Right, Stop);
        (await Should.ThrowAsync<TidemarkException>(() => Links.SetPasswordAsync(link.Text, Right, Stop))).Code.ShouldBe("link.ended");
        var opened = await Logins.LogInAsync("ANNA@example.com", Right, Here, null, Stop);
        var (session, known) = (await Sessions.FindAsync(opened.Text, Stop))!.Value;

        (session.Id, session.Device, known.Email, known.Role).ShouldBe((opened.Session.Id, Here, "anna@example.com", Role.Operator));
        var bytes = await _home.AllBytesAsync();
        foreach (var secret in new[] { Right, link.Text, opened.Text, link.Text[^43..], opened.Text[^43..] }) bytes.ShouldNotContain(secret);
        bytes.ShouldContain("anna@example.com");
    }

    [Fact]
    public async Task P11_a_link_ends_by_time_and_a_newer_one_ends_it_too()
    {
        var (_, first) = await Users.InviteAsync(new("a@example.com", Role.Viewer), Somebody, Stop);
        var (_, second) = await Users.ResetAsync("a@example.com", Somebody, Stop);

        (await Should.ThrowAsync<TidemarkException>(() => Links.LookAsync(first.Text, Stop))).Code.ShouldBe("link.ended");
        await Links.LookAsync(second.Text, Stop);
        _home.Clock.Now += TimeSpan.FromHours(1);
        (await Should.ThrowAsync<TidemarkException>(() => Links.SetPasswordAsync(second.Text, Right, Stop))).Code.ShouldBe("link.ended");
    }

    [Fact]
    public async Task P11_the_first_administrator_is_made_once_whoever_has_a_link()
    {
        var (one, other) = ((await Links.FirstAsync(Stop))!, (await Links.FirstAsync(Stop))!);

        (await Links.LookAsync(one.Text, Stop)).ShouldBeNull();
        (await Should.ThrowAsync<TidemarkException>(() => Links.MakeFirstAsync(one.Text, "no address", Right, Stop))).Code.ShouldBe("user.email_invalid");
        (await Should.ThrowAsync<TidemarkException>(() => Links.MakeFirstAsync(one.Text, "root@example.com", "short", Stop))).Code.ShouldBe("user.password_invalid");
        var root = await Links.MakeFirstAsync(one.Text, "root@example.com", Right, Stop);

        (root.Role, root.HasPassword).ShouldBe((Role.Admin, true));
        foreach (var text in new[] { one.Text, other.Text })
            (await Should.ThrowAsync<TidemarkException>(() => Links.MakeFirstAsync(text, "eve@example.com", Right, Stop))).Code.ShouldBe("link.ended");
        (await Links.FirstAsync(Stop)).ShouldBeNull();
        (await Users.ListAsync(Stop)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task P11_five_wrong_tries_lock_an_account_for_a_quarter_of_an_hour_and_an_unknown_address_is_answered_likewise()
    {
        await MakeAsync("anna@example.com", Role.Viewer);
        var answers = new HashSet<string>();
        foreach (var email in new[] { "anna@example.com", "nobody@example.com", "no address\0" })
        {
            for (var attempt = 0; attempt < 5; attempt++) answers.Add(await RefusalAsync(email, "a wrong password"));
        }

        answers.Add(await RefusalAsync("anna@example.com", Right));
        answers.ShouldHaveSingleItem();
        _home.Clock.Now += TimeSpan.FromMinutes(15);
        await Logins.LogInAsync("anna@example.com", Right, Here, null, Stop);
        (await new AuditCatalog(_catalog, _home.Clock).ListAsync(new() { Action = "login.lock" }, 10, Stop)).Select(line => line.Note.Subject)
            .ShouldBe(["an unknown address", "an unknown address", "user anna@example.com"]);
        (await _home.AllBytesAsync()).ShouldNotContain("nobody@example.com");
    }

    [Fact]
    public async Task P11_tries_at_the_same_moment_are_counted_too()
    {
        await MakeAsync("anna@example.com", Role.Viewer);

        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefusalAsync("anna@example.com", "a wrong password")));

        tries.Length.ShouldBe(8);
        (await RefusalAsync("anna@example.com", Right)).ShouldBe(tries[0]);
        (await new AuditCatalog(_catalog, _home.Clock).ListAsync(new() { Action = "login.lock" }, 10, Stop)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_right_password_begins_to_count_anew_and_a_new_one_ends_a_lock()
    {
        await MakeAsync("anna@example.com", Role.Viewer);
        for (var round = 0; round < 2; round++)
        {
            for (var attempt = 0; attempt < 4; attempt++) await RefusalAsync("anna@example.com", "a wrong password");
            await Logins.LogInAsync("anna@example.com", Right, Here, null, Stop);
        }

        for (var attempt = 0; attempt < 5; attempt++) await RefusalAsync("anna@example.com", "a wrong password");
        var (_, link) = await Users.ResetAsync("anna@example.com", Somebody, Stop);
        await Links.SetPasswordAsync(link.Text, "another long password", Stop);

        await Logins.LogInAsync("anna@example.com", "another long password", Here, null, Stop);
    }

    [Fact]
    public async Task P11_a_session_ends_when_it_is_idle_and_after_a_week_whatever_is_done()
    {
        await MakeAsync("anna@example.com", Role.Viewer);
        var idle = await Logins.LogInAsync("anna@example.com", Right, Here, null, Stop);
        _home.Clock.Now += TimeSpan.FromHours(12) - TimeSpan.FromMilliseconds(1);
        (await Sessions.ListAsync("anna@example.com", Stop)).ShouldHaveSingleItem();
        var used = await Logins.LogInAsync("anna@example.com", Right, Here, null, Stop);
        (await Sessions.ListAsync("anna@example.com", Stop)).Count.ShouldBe(2);
        _home.Clock.Now += TimeSpan.FromMilliseconds(1);
        (await Sessions.FindAsync(idle.Text, Stop)).ShouldBeNull();
        _home.Clock.Now -= TimeSpan.FromMilliseconds(1);
        for (var hours = 0; hours < 7 * 24; hours += 8)
        {
            (await Sessions.FindAsync(used.Text, Stop)).ShouldNotBeNull($"after {hours} hours");
            _home.Clock.Now += TimeSpan.FromHours(8);
        }

        (await Sessions.FindAsync(used.Text, Stop)).ShouldBeNull();
        (await Sessions.ListAsync(null, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task P11_a_session_ends_with_the_password_the_user_and_the_right_to_log_in_and_a_role_changes_at_once()
    {
        await MakeAsync("anna@example.com", Role.Operator);
        var opened = await LogInAsync();
        await Users.ChangeAsync("anna@example.com", new() { Role = Role.Viewer }, Somebody, Stop);
        (await Sessions.FindAsync(opened.Text, Stop))!.Value.User.Role.ShouldBe(Role.Viewer);

        var renewed = await Logins.ChangePasswordAsync("anna@example.com", Right, "another long password", Here, Stop);
        (await Sessions.FindAsync(opened.Text, Stop)).ShouldBeNull();
        (await Sessions.FindAsync(renewed.Text, Stop)).ShouldNotBeNull();
        (await RefusalAsync("anna@example.com", Right)).ShouldContain("wrong");

        await Users.ChangeAsync("anna@example.com", new() { IsActive = false }, Somebody, Stop);
        (await Sessions.FindAsync(renewed.Text, Stop)).ShouldBeNull();
        await Users.ChangeAsync("anna@example.com", new() { IsActive = true }, Somebody, Stop);
        (await Sessions.FindAsync(renewed.Text, Stop)).ShouldBeNull("a session does not come back");

        var last = await Logins.LogInAsync("anna@example.com", "another long password", Here, null, Stop);
        await Users.RemoveAsync("anna@example.com", Somebody, Stop);
        (await Sessions.FindAsync(last.Text, Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task P11_a_login_ends_the_session_that_the_browser_had_and_a_session_is_ended_by_its_user_or_anybody_who_may()
    {
        await MakeAsync("anna@example.com", Role.Viewer);
        await MakeAsync("ben@example.com", Role.Viewer);
        var first = await LogInAsync();
        var second = await Logins.LogInAsync("anna@example.com", Right, Here, first.Session.Id, Stop);
        (await Sessions.FindAsync(first.Text, Stop)).ShouldBeNull();

        (await Should.ThrowAsync<TidemarkException>(() => Sessions.EndAsync(second.Session.Id, "ben@example.com", false, Somebody, Stop))).Code.ShouldBe("session.unknown");
        (await Sessions.FindAsync(second.Text, Stop)).ShouldNotBeNull();
        await Sessions.EndAsync(second.Session.Id, "anna@example.com", false, Somebody, Stop);
        (await Sessions.FindAsync(second.Text, Stop)).ShouldBeNull();
        await LogInAsync();
        await LogInAsync();
        (await Sessions.EndAllAsync("anna@example.com", Somebody, Stop)).ShouldBe(2);
    }

    [Fact]
    public async Task P11_the_last_administrator_who_can_log_in_stays_one()
    {
        await MakeAsync("root@example.com", Role.Admin);
        await Users.InviteAsync(new("next@example.com", Role.Admin), Somebody, Stop);
        var ways = new Func<Task>[]
        {
            () => Users.RemoveAsync("root@example.com", Somebody, Stop),
            () => Users.ChangeAsync("root@example.com", new() { Role = Role.Operator }, Somebody, Stop),
            () => Users.ChangeAsync("ROOT@example.com", new() { IsActive = false }, Somebody, Stop),
        };

        foreach (var way in ways) (await Should.ThrowAsync<TidemarkException>(way)).Code.ShouldBe("user.last_admin");
        await Users.ChangeAsync("root@example.com", new() { Name = "Root" }, Somebody, Stop);
        var (_, link) = await Users.ResetAsync("next@example.com", Somebody, Stop);
        await Links.SetPasswordAsync(link.Text, Right, Stop);
        await Users.RemoveAsync("root@example.com", Somebody, Stop);
        (await Should.ThrowAsync<TidemarkException>(() => Users.RemoveAsync("next@example.com", Somebody, Stop))).Code.ShouldBe("user.last_admin");
    }

    [Theory]
    [InlineData("", "user.email_invalid")]
    [InlineData("a@b@c", "user.email_invalid")]
    [InlineData("a b@example.com", "user.email_invalid")]
    [InlineData("a\0@example.com", "user.email_invalid")]
    [InlineData("a\u202e@example.com", "user.email_invalid")]
    [InlineData("\ud800@example.com", "user.email_invalid")]
    [InlineData("anna@example.com", "user.exists")]
    public async Task An_address_that_is_none_or_is_taken_is_refused(string email, string code)
    {
        await Users.InviteAsync(new("ANNA@example.com", Role.Viewer), Somebody, Stop);

        (await Should.ThrowAsync<TidemarkException>(() => Users.InviteAsync(new(email, Role.Viewer), Somebody, Stop))).Code.ShouldBe(code);
        (await Users.ListAsync(Stop)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_role_that_no_user_has_and_a_pipeline_that_is_not_there_are_refused()
    {
        (await Should.ThrowAsync<TidemarkException>(() => Users.InviteAsync(new("a@example.com", Role.Metrics), Somebody, Stop))).Code.ShouldBe("user.role_invalid");
        (await Should.ThrowAsync<TidemarkException>(() => Users.InviteAsync(new("a@example.com", Role.Admin) { Pipelines = ["p"] }, Somebody, Stop))).Code.ShouldBe("user.admin_limited");
        (await Should.ThrowAsync<TidemarkException>(() => Users.InviteAsync(new("a@example.com", Role.Viewer) { Pipelines = ["p"] }, Somebody, Stop))).Code.ShouldBe("pipeline.unknown");
        (await Users.ListAsync(Stop)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("eleven char")]
    [InlineData("half a surrogate \ud800")]
    public async Task A_password_that_cannot_be_one_is_refused_and_uses_no_link_up(string password)
    {
        var (_, link) = await Users.InviteAsync(new("a@example.com", Role.Viewer), Somebody, Stop);

        foreach (var wrong in new[] { password, new string('x', 129) })
            (await Should.ThrowAsync<TidemarkException>(() => Links.SetPasswordAsync(link.Text, wrong, Stop))).Code.ShouldBe("user.password_invalid");
        await Links.SetPasswordAsync(link.Text, new string('x', 128), Stop);
        (await RefusalAsync("a@example.com", password)).ShouldContain("wrong");
        await Logins.LogInAsync("a@example.com", new string('x', 128), Here, null, Stop);
    }

    [Fact]
    public async Task A_token_and_a_session_are_looked_at_while_somebody_else_holds_the_lock_of_the_catalog()
    {
        await MakeAsync("anna@example.com", Role.Viewer);
        var token = await new TokenCatalog(_catalog, _home.Clock).CreateAsync("ci", Role.Viewer, [], null, actsAlone: false, Somebody, Stop);
        var opened = await LogInAsync();
        _home.Clock.Now += TimeSpan.FromMinutes(5);
        await using var other = await _home.OpenAsync();
        using var held = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        var writing = other.WriteAsync(async _ =>
        {
            held.Release();
            await release.WaitAsync(Stop);
        }, Stop);
        await held.WaitAsync(Stop);

        // Who waits for the lock waits for ever: it is let go of only afterwards.
        (await new TokenCatalog(_catalog, _home.Clock).FindAsync(token.Text, Stop))!.LastUsedAt.ShouldBeNull();
        var (session, _) = (await Sessions.FindAsync(opened.Text, Stop))!.Value;
        session.SeenAt.ShouldBe(opened.Session.SeenAt);
        release.Release();
        await writing;

        await new TokenCatalog(_catalog, _home.Clock).FindAsync(token.Text, Stop);
        (await new TokenCatalog(_catalog, _home.Clock).ListAsync(Stop)).ShouldHaveSingleItem().LastUsedAt.ShouldBe(Milliseconds(_home.Clock.Now));
        await Sessions.FindAsync(opened.Text, Stop);
        (await Sessions.ListAsync(null, Stop)).ShouldHaveSingleItem().SeenAt.ShouldBe(Milliseconds(_home.Clock.Now));
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds());

    private Task<OpenedSession> LogInAsync() => Logins.LogInAsync("anna@example.com", Right, Here, null, Stop);

    private async Task MakeAsync(string email, Role role)
    {
        var (_, link) = await Users.InviteAsync(new(email, role), Somebody, Stop);
        await Links.SetPasswordAsync(link.Text, Right, Stop);
    }

    /// <summary>What a login that is refused is answered.</summary>
    private async Task<string> RefusalAsync(string email, string password)
    {
        var refused = await Should.ThrowAsync<TidemarkException>(() => Logins.LogInAsync(email, password, Here, null, Stop));
        return $"{refused.Code} {refused.Message} {refused.Hint}";
    }
}

public sealed class SqliteUserPromises() : UserPromises(new SqliteHome());

public sealed class PostgresUserPromises() : UserPromises(new PostgresHome());
