using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Access;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Access;

/// <summary><c>tidemark token</c>: who may call the API.</summary>
internal static class TokenVerb
{
    public static Verb Create() => new("token", "Manages the tokens that let programs call the API.",
        "tidemark token create nightly --role operator --pipeline payments", "tidemark token revoke nightly")
    {
        Make(), List(), Revoke(),
    };

    private static Verb Make()
    {
        var name = new Argument<string>("name") { Description = "Name of the token, as the audit trail will have it." };
        var role = WordOption.Of<Role>("--role", "What it allows: metrics reads /metrics, viewer looks, operator runs and approves, admin changes definitions and access.");
        role.Required = true;
        var pipelines = new Option<string[]>("--pipeline")
        {
            Description = "Only for these pipelines. [default: all]",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var expires = new Option<string?>("--expires") { Description = "Ends after this time: 24h, 90d. [default: never]", HelpName = "TIME" };
        var alone = new Option<bool>("--acts-alone") { Description = "Let an agent that holds it start runs at /mcp; without this it proposes them, and a person approves." };
        var verb = new Verb("create", "Makes a token and shows it once.",
            "tidemark token create ci --role viewer", "tidemark token create nightly --role operator --pipeline payments --expires 90d")
        {
            name, role, pipelines, expires, alone,
        };
        verb.Runs(async session =>
        {
            DateTimeOffset? ends = session.Get(expires) is { } typed ? Moment.Until("--expires", typed, session.Clock) : null;
            var (called, wanted) = (session.Get(name), session.Get(pipelines) ?? []);
            var created = await session.BeginAsync(
                async home => TokenAnswer.Of(
                    await home.Tokens.CreateAsync(called, session.Get(role), wanted, ends, session.Get(alone), session.Who, session.Stop), session.Clock.GetUtcNow()),
                server => server.PostAsync("tokens", new()
                {
                    ["name"] = called,
                    ["role"] = EnumWord.Of(session.Get(role)),
                    ["pipelines"] = new JsonArray([.. wanted.Select(pipeline => (JsonNode)pipeline)]),
                    ["expires_at"] = ends is { } end ? UtcConverter.Text(end) : null,
                    ["acts_alone"] = session.Get(alone),
                }, WireJson.Default.TokenAnswer, session.Stop));
            if (session.IsJson)
            {
                session.WriteJson(created, WireJson.Default.TokenAnswer);
                return ExitCode.Done;
            }

            session.Say(created.Token!);
            session.Say("It is shown this once. Callers send it as a header: Authorization: Bearer tdm_…");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb List()
    {
        var verb = new Verb("list", "Lists the tokens, without their secrets.", "tidemark token list");
        verb.Runs(async session =>
        {
            var tokens = await session.AskAsync<IReadOnlyList<TokenAnswer>>(
                async home =>
                {
                    var now = session.Clock.GetUtcNow();
                    return [.. (await home.Tokens.ListAsync(session.Stop)).Select(token => TokenAnswer.Of(token, now))];
                },
                server => server.ListAsync("tokens", int.MaxValue, WireJson.Default.TokenAnswer, session.Stop));
            session.WriteList(tokens, WireJson.Default.TokenAnswer, "There are no tokens yet.", all => Table(session, all).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Revoke()
    {
        var name = new Argument<string>("name") { Description = "Name or id of the token." };
        var verb = new Verb("revoke", "Ends a token, from the next request on.", "tidemark token revoke nightly") { name };
        verb.Runs(async session =>
        {
            var revoked = await session.AskAsync(
                async home => TokenAnswer.Of(await home.Tokens.RevokeAsync(session.Get(name), session.Who, session.Stop), session.Clock.GetUtcNow()),
                server => server.DeleteAsync($"tokens/{ServerClient.Part(session.Get(name))}", WireJson.Default.TokenAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(revoked, WireJson.Default.TokenAnswer);
            session.Say($"The token {Printable.Of(revoked.Name)} lets nobody in any more.");
            return ExitCode.Done;
        });
        return verb;
    }

    // Which and what it may stay; when it was made goes first, then when it was used.
    private static FittingTable Table(Session session, IReadOnlyList<TokenAnswer> tokens)
    {
        var table = new FittingTable();
        table.Add("token", tokens.Select(token => token.Name));
        table.Add("role", tokens.Select(token => EnumWord.Of(token.Role) + (token.ActsAlone ? ", acts alone" : "")));
        table.Add("pipelines", tokens.Select(token => token.Pipelines.Count == 0 ? "all" : string.Join(", ", token.Pipelines)), wraps: true);
        table.Add("stands", tokens.Select(token => token switch
        {
            { RevokedAt: not null } => "revoked",
            { Valid: true } => token.ExpiresAt is { } end ? $"valid until {session.LocalTime(end)}" : "valid",
            _ => "over",
        }));
        table.Add("last used", tokens.Select(token => token.LastUsedAt is { } used ? session.LocalTime(used) : "never"), rank: 2);
        table.Add("made", tokens.Select(token => session.LocalTime(token.CreatedAt)), rank: 1);
        return table;
    }
}
