using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Commands.Remote;
using Tidemark.Commands.Serving;
using Tidemark.Engine.Access;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Access;

/// <summary><c>tidemark user</c>: who may log in.</summary>
internal static class UserVerb
{
    public static Verb Create() => new("user", "Manages the users who may log in to the server.",
        "tidemark user invite anna@example.com --role operator", "tidemark user set anna@example.com --role viewer")
    {
        List(), Invite(), Reset(), Set(), Remove(),
    };

    private static Verb List()
    {
        var verb = new Verb("list", "Lists the users.", "tidemark user list");
        verb.Runs(async session =>
        {
            var users = await session.AskAsync<IReadOnlyList<UserAnswer>>(
                async home => [.. (await home.Users.ListAsync(session.Stop)).Select(UserAnswer.Of)],
                server => server.ListAsync("users", int.MaxValue, WireJson.Default.UserAnswer, session.Stop));
            session.WriteList(users, WireJson.Default.UserAnswer, "There are no users yet.", all => Table(session, all).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Invite()
    {
        var (email, role, name, pipelines) = (Email(), RoleOption(), NameOption(), Pipelines("Only for these pipelines. [default: all]"));
        role.Required = true;
        var verb = new Verb("invite", "Makes a user, and a link with which they set their password once.",
            "tidemark user invite anna@example.com --role admin", "tidemark user invite ben@example.com --role operator --pipeline payments")
        {
            email, role, name, pipelines,
        };
        verb.Runs(async session =>
        {
            var (address, wanted) = (session.Get(email), session.Get(pipelines) ?? []);
            Show(session, await session.BeginAsync(
                async home =>
                {
                    var options = await ServerSettings.ReadAsync(session);
                    options.RequirePasswords();
                    var (user, link) = await home.Users.InviteAsync(
                        new(address, session.Get(role)) { Name = session.Get(name), Pipelines = wanted }, session.Who, session.Stop);
                    return UserAnswer.Of(user, link, options.SetupPage(link.Text));
                },
                server => server.PostAsync("users", new()
                {
                    ["email"] = address,
                    ["role"] = EnumWord.Of(session.Get(role)),
                    ["name"] = session.Get(name),
                    ["pipelines"] = Names(wanted),
                }, WireJson.Default.UserAnswer, session.Stop)));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Reset()
    {
        var email = Email();
        var verb = new Verb("reset", "Makes a link with which a user sets a new password once.", "tidemark user reset anna@example.com") { email };
        verb.Runs(async session =>
        {
            Show(session, await session.AskAsync(
                async home =>
                {
                    var options = await ServerSettings.ReadAsync(session);
                    options.RequirePasswords();
                    var (user, link) = await home.Users.ResetAsync(session.Get(email), session.Who, session.Stop);
                    return UserAnswer.Of(user, link, options.SetupPage(link.Text));
                },
                server => server.PostAsync($"{PathOf(session.Get(email))}/reset", null, WireJson.Default.UserAnswer, session.Stop)));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Set()
    {
        var (email, role, name, pipelines) = (Email(), RoleOption(), NameOption(), Pipelines("Only for these pipelines."));
        var all = new Option<bool>("--all-pipelines") { Description = "For every pipeline." };
        var active = WordOption.Of<Truth>("--active", "Whether the user may log in; false logs them out at once.");
        var verb = new Verb("set", "Changes what a user may do, from their next request on.",
            "tidemark user set anna@example.com --role viewer", "tidemark user set ben@example.com --active false")
        {
            email, role, name, pipelines, all, active,
        };
        verb.Runs(async session =>
        {
            UsageCheck.Require(!(session.Has(pipelines) && session.Get(all)), "Use --pipeline or --all-pipelines, not both.");
            Role? becomes = session.Has(role) ? session.Get(role) : null;
            IReadOnlyList<string>? of = session.Has(pipelines) ? session.Get(pipelines) : session.Get(all) ? [] : null;
            bool? mayLogIn = session.Has(active) ? session.Get(active) == Truth.True : null;
            var user = await session.AskAsync(
                async home => UserAnswer.Of(await home.Users.ChangeAsync(
                    session.Get(email), new() { Name = session.Get(name), Role = becomes, Pipelines = of, IsActive = mayLogIn }, session.Who, session.Stop)),
                server => server.PatchAsync(PathOf(session.Get(email)), new()
                {
                    ["name"] = session.Get(name),
                    ["role"] = becomes is { } one ? EnumWord.Of(one) : null,
                    ["pipelines"] = of is null ? null : Names(of),
                    ["active"] = mayLogIn,
                }, WireJson.Default.UserAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(user, WireJson.Default.UserAnswer);
            session.Say($"{Printable.Of(user.Email)} is {(user.Active ? "" : "no longer active, ")}{EnumWord.Of(user.Role)} of {Of(user)}.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Remove()
    {
        var email = Email();
        var verb = new Verb("remove", "Removes a user, who is logged out at once.", "tidemark user remove anna@example.com") { email };
        verb.Runs(async session =>
        {
            var user = await session.AskAsync(
                async home => UserAnswer.Of(await home.Users.RemoveAsync(session.Get(email), session.Who, session.Stop)),
                server => server.DeleteAsync(PathOf(session.Get(email)), WireJson.Default.UserAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(user, WireJson.Default.UserAnswer);
            session.Say($"The user {Printable.Of(user.Email)} is removed.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Show(Session session, UserAnswer user)
    {
        if (session.IsJson)
        {
            session.WriteJson(user, WireJson.Default.UserAnswer);
            return;
        }

        session.Say(user.Link!);
        session.Say($"It is shown this once. {Printable.Of(user.Email)} sets a password there, until {session.LocalTime(user.LinkExpiresAt!.Value)}.");
    }

    private static string PathOf(string email) => $"users/{ServerClient.Part(email)}";

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Select(name => (JsonNode)name)];

    private static Argument<string> Email() => new("email") { Description = "E-mail address of the user." };

    private static Option<Role> RoleOption() => WordOption.Of("--role",
        "What the user may do: a viewer looks, an operator runs and approves, an admin changes definitions and access.", Role.Viewer, Role.Operator, Role.Admin);

    private static Option<string?> NameOption() => new("--name") { Description = "Name of the user, as people call them.", HelpName = "NAME" };

    private static Option<string[]> Pipelines(string description) =>
        new("--pipeline") { Description = description, HelpName = "NAME", AllowMultipleArgumentsPerToken = true };

    private static string Of(UserAnswer user) => user.Pipelines.Count == 0 ? "all pipelines" : string.Join(", ", user.Pipelines.Select(Printable.Of));

    // Who and what they may stay; when they came goes first, then the name.
    private static FittingTable Table(Session session, IReadOnlyList<UserAnswer> users)
    {
        var table = new FittingTable();
        table.Add("user", users.Select(user => user.Email));
        table.Add("name", users.Select(user => user.Name), rank: 2);
        table.Add("role", users.Select(user => EnumWord.Of(user.Role)));
        table.Add("pipelines", users.Select(user => user.Pipelines.Count == 0 ? "all" : string.Join(", ", user.Pipelines)), wraps: true);
        table.Add("stands", users.Select(user => user switch
        {
            { Active: false } => "inactive",
            { HasPassword: false, FromProvider: false } => "invited",
            _ => "active",
        }));
        table.Add("last login", users.Select(user => user.LastLoginAt is { } at ? session.LocalTime(at) : "never"), rank: 3);
        table.Add("made", users.Select(user => session.LocalTime(user.CreatedAt)), rank: 1);
        return table;
    }
}
