using System.CommandLine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Access;

/// <summary><c>tidemark session</c>: where people are logged in.</summary>
internal static class SessionVerb
{
    public static Verb Create() => new("session", "Manages the browsers in which users are logged in.", "tidemark session list", "tidemark session revoke --user anna@example.com")
    {
        List(), Revoke(),
    };

    private static Verb List()
    {
        var user = User("Only sessions of this user.");
        var verb = new Verb("list", "Lists the sessions that are open; the latest first.", "tidemark session list", "tidemark session list --user anna@example.com") { user };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var open = await home.Sessions.ListAsync(session.Get(user), session.Stop);
            foreach (var each in session.IsJson ? open : []) session.WriteJson(SessionAnswer.Of(each), WireJson.Default.SessionAnswer);
            if (open.Count == 0) session.Say("Nobody is logged in.");
            else if (!session.IsJson) Table(session, open).Write(session.Prose);
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Revoke()
    {
        var id = new Argument<string?>("session") { Description = "Id of the session.", Arity = ArgumentArity.ZeroOrOne };
        var user = User("Every session of this user.");
        var verb = new Verb("revoke", "Logs a user out of one browser, or of all.", "tidemark session revoke k3x9qp2d", "tidemark session revoke --user anna@example.com") { id, user };
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(id) is null != session.Get(user) is null, "Name a session, or a user with --user.");
            var home = await session.OpenHomeAsync();
            var ended = session.Get(user) is { } email ? await home.Sessions.EndAllAsync(email, session.Who, session.Stop) : 1;
            if (session.Get(id) is { } one) await home.Sessions.EndAsync(one, owner: null, isLogout: false, session.Who, session.Stop);
            if (session.IsJson) session.WriteJson(new EndedSessionsAnswer(ended), WireJson.Default.EndedSessionsAnswer);
            session.Say(ended == 1 ? "The session is over." : $"{ended} sessions are over.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Option<string?> User(string description) => new("--user") { Description = description, HelpName = "EMAIL" };

    // Which, whose and when stay; what the browser says of itself goes first.
    private static FittingTable Table(Session session, IReadOnlyList<UserSession> open)
    {
        var table = new FittingTable();
        table.Add("session", open.Select(each => each.Id), isWhole: true);
        table.Add("user", open.Select(each => each.Email));
        table.Add("last used", open.Select(each => session.LocalTime(each.SeenAt)));
        table.Add("from", open.Select(each => each.Device.Address), rank: 2);
        table.Add("opened", open.Select(each => session.LocalTime(each.CreatedAt)), rank: 3);
        table.Add("browser", open.Select(each => each.Device.Agent ?? ""), rank: 1, wraps: true);
        return table;
    }
}
