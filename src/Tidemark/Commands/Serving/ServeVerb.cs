using System.CommandLine;
using Tidemark.Output;
using Tidemark.Server;
using Tidemark.Server.Compat.Opportunities;

namespace Tidemark.Commands.Serving;

/// <summary><c>tidemark serve</c>: the API, and the runs that it is asked for, until Ctrl-C.</summary>
internal static class ServeVerb
{
    public const string Name = "serve";

    /// <param name="hasOptions">Whether its options are made: they come from the server's settings, which no other verb reads.</param>
    public static Verb Create(bool hasOptions)
    {
        var flags = (hasOptions ? ServerOptions.Spec.Settings.Where(setting => !setting.IsSecret) : []).Select(setting => new Option<string?>("--" + setting.Name.Replace('_', '-'))
        {
            Description = $"{setting.Description}{(setting.Default is { Length: > 0 } usual ? $" [default: {usual}]" : "")}",
            HelpName = setting.Name == "port" ? "N" : "VALUE",
        }).ToList();
        var verb = new Verb(Name, "Serves the API and carries out the runs that it is asked for, until Ctrl-C.",
            "tidemark serve", "tidemark serve --config /etc/tidemark/server.yaml", "tidemark serve --port 9000 --max-runs 8", "tidemark serve --listen 0.0.0.0 --allowed-hosts sync.example.com");
        var config = new Option<string?>("--config")
        {
            Description = "YAML file with settings by their names, e.g. max_runs: 8; variables and options go before it. [default: TIDEMARK_CONFIG]",
            HelpName = "FILE",
        };
        verb.Add(config);
        foreach (var flag in flags) verb.Add(flag);
        verb.Explains(session =>
        {
            session.Say("Environment:");
            session.Say($"  Each option is a variable too, here or in .env: --max-runs is {ServerOptions.VariableOf("max_runs")}.");
            session.Say($"  {ServerOptions.VariableOf("oidc_client_secret")} and {ServerOptions.VariableOf("openlineage_api_key")} are variables alone:");
            session.Say("  others on this machine see arguments.");
            session.Say("  ORACLE_BASE_URL, ORACLE_USER, ORACLE_PASS and DATABASE_URL make the pipeline opportunities,");
            session.Say("  where there is none.");
            session.Say("");
        });
        verb.RunsHere("it is the server.", async session =>
        {
            var given = flags.Where(flag => session.Get(flag) is not null)
                .ToDictionary(flag => flag.Name[2..].Replace('-', '_'), flag => session.Get(flag)!, StringComparer.Ordinal);
            var options = await (await ServerSettings.ReadAsync(session, given, session.Get(config))).ResolveAsync(session.Variable, session.Stop);
            await using var home = await session.MakeHomeAsync();
            await home.Definitions.Sources.ListAsync(session.Stop); // a node without the key of the secrets would take runs and fail them
            if (await OpportunitiesVariables.ApplyAsync(home, session.Variable, session.Stop) is { } done) session.Say(done);
            using var log = new ServerLog(session.Terminal.Error, session.Clock);
            await using var server = await TidemarkServer.StartAsync(home, options, session.Clock, log, session.Stop);
            await SayAsync(session, home, server, options);
            await SandboxVerb.UntilStoppedAsync(session);
            await server.StopAsync();
            session.Say("Stopped. What was going on is resumed at the next start.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task SayAsync(Session session, Engine.Home home, TidemarkServer server, ServerOptions options)
    {
        if (session.IsJson) session.WriteJson(new ServeAnswer($"{server.Address}"), CommandJson.Default.ServeAnswer);
        session.Say($"Serving on {server.Address}");
        session.Say($"  {server.Address}docs tries the API; {server.Address}healthz says whether it lives.");
        if (options.Passwords && await home.UserLinks.FirstAsync(session.Stop) is { } first)
            session.Say($"Nobody can log in yet. Become the administrator within an hour: {options.SetupPage(first.Text, server.Address.Port)}");
        if (!options.IsHttps && options.Listen is not ("127.0.0.1" or "::1"))
            session.Say("Passwords and tokens cross the network in the clear: give a certificate, or put a proxy with HTTPS before it.");
        session.Say("Ctrl-C stops it.");
    }
}
