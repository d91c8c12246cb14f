using System.CommandLine;
using Tidemark.Commands.Remote;
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
            var open = await session.AskAsync<IReadOnlyList<SessionAnswer>>(
                async home => [.. (await home.Sessions.ListAsync(session.Get(user), session.Stop)).Select(SessionAnswer.Of)],
                server => server.ListAsync(ServerClient.Path("sessions", ("user", session.Get(user))), int.MaxValue, WireJson.Default.SessionAnswer, session.Stop));
            session.WriteList(open, WireJson.Default.SessionAnswer, "Nobody is logged in.", all => Table(session, all).Write(session.Prose));
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
            var ended = session.Get(user) is { } email ? await EndAllAsync(session, email) : await EndAsync(session, session.Get(id)!);
            if (session.IsJson) session.WriteJson(ended, WireJson.Default.EndedSessionsAnswer);
            session.Say(ended.Ended == 1 ? "The session is over." : $"{ended.Ended} sessions are over.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Task<EndedSessionsAnswer> EndAllAsync(Session session, string email) => session.AskAsync(
        async home => new EndedSessionsAnswer(await home.Sessions.EndAllAsync(email, session.Who, session.Stop)),
        server => server.DeleteAsync($"users/{ServerClient.Part(email)}/sessions", WireJson.Default.EndedSessionsAnswer, session.Stop));

    private static async Task<EndedSessionsAnswer> EndAsync(Session session, string id)
    {
        await session.AskAsync(
            async home => SessionAnswer.Of(await home.Sessions.EndAsync(id, owner: null, isLogout: false, session.Who, session.Stop)),
            server => server.DeleteAsync($"sessions/{ServerClient.Part(id)}", WireJson.Default.SessionAnswer, session.Stop));
        return new(1);
    }

    private static Option<string?> User(string description) => new("--user") { Description = description, HelpName = "EMAIL" };

    // Which, whose and when stay; what the browser says of itself goes first.
    private static FittingTable Table(Session session, IReadOnlyList<SessionAnswer> open)
    {
        var table = new FittingTable();
        table.Add("session", open.Select(each => each.Id), isWhole: true);
        table.Add("user", open.Select(each => each.User));
        table.Add("last used", open.Select(each => session.LocalTime(each.SeenAt)));
        table.Add("from", open.Select(each => each.Address), rank: 2);
        table.Add("opened", open.Select(each => session.LocalTime(each.CreatedAt)), rank: 3);
        table.Add("browser", open.Select(each => each.Agent ?? ""), rank: 1, wraps: true);
        return table;
    }
}
