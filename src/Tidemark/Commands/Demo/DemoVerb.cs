using System.CommandLine;
using System.Net.Http.Json;
using Tidemark.Engine;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Output;
using Tidemark.Sandbox;
using Tidemark.Server;

namespace Tidemark.Commands.Demo;

/// <summary><c>tidemark demo</c>: a vendor, a database and a sync between them, all on this machine.</summary>
internal static class DemoVerb
{
    public static Verb Create()
    {
        var once = new Option<bool>("--once") { Description = "Sync once, show the receipts and end." };
        var size = SandboxVerb.Size();
        var port = new Option<int>("--port") { Description = "Port of the server; 0 takes a free one.", HelpName = "N", DefaultValueFactory = _ => new ServerOptions().Port };
        var verb = new Verb("demo", "Syncs stand-in vendors into SQLite; needs no account.",
            "tidemark demo", "tidemark demo --once --json", "tidemark demo --size 100000 --home /tmp/demo")
        {
            once, size, port,
        };
        verb.RunsHere("it is a home of its own.", async session =>
        {
            UsageCheck.Require(session.Get(size) >= 1, "--size is at least 1.");
            UsageCheck.Require(session.Get(port) is >= 0 and <= 65535, "--port is from 0 to 65535.");
            // A demo has no business in the home of real work.
            var folder = Path.GetFullPath(session.HomeOption ?? Path.Combine(session.HomeFolder, "demo"));
            await using var sandbox = await StartAsync(session, session.Get(size));
            var demo = new Demo(session, await session.MakeHomeAsync(folder), folder, sandbox);
            return await demo.RunAsync(session.Get(once), session.Get(port));
        });
        return verb;
    }

    private static async Task<SandboxServer> StartAsync(Session session, int size)
    {
        var options = new SandboxOptions { Size = size, Clock = session.Clock };
        try
        {
            return await SandboxServer.StartAsync(options, session.Stop);
        }
        catch (IOException)
        {
            // Another demo has the usual ports.
            return await SandboxServer.StartAsync(options with { Port = 0 }, session.Stop);
        }
    }

    private sealed class Demo(Session session, Home home, string folder, SandboxServer sandbox)
    {
        private readonly string _database = Path.Combine(folder, "demo.db");

        public async Task<int> RunAsync(bool isOnce, int port)
        {
            var vendors = string.Join(", ", sandbox.Vendors.Keys);
            session.Say($"Stand-ins answer for {vendors}; their records go to {Printable.Of(_database)}.");
            if (!isOnce) await DemoTemplates.SaveAsync(home, sandbox, _database, session.Stop);
            await SaveDefinitionsAsync();
            var worst = ExitCode.Done;
            // The stand-in starts afresh each time, so what an earlier demo left is replaced by what is there now.
            foreach (var vendor in sandbox.Vendors.Keys)
                worst = Math.Max(worst, await SyncAsync(new(vendor) { Mode = WriteMode.Replace, IgnoresLimits = true }));
            if (worst == ExitCode.Cancelled) return worst;
            if (isOnce || worst != ExitCode.Done)
            {
                PrintMore(isOver: true);
                return worst;
            }

            await ChangeRecordsAsync();
            foreach (var vendor in sandbox.Vendors.Keys)
                worst = Math.Max(worst, await SyncAsync(new(vendor)));
            PrintMore(isOver: false);
            session.Say("");
            using var log = new ServerLog(session.Terminal.Error, session.Clock);
            await using var server = await ServeAsync(port, log);
            session.Say($"The server answers at {server.Address}docs, and takes the requests of earlier tools without a token:");
            session.Say($"  curl -X POST {server.Address}api/database/refresh");
            session.Say("The stand-ins keep running. Ctrl-C stops them.");
            await SandboxVerb.UntilStoppedAsync(session);
            await server.StopAsync();
            return worst;
        }

        private async Task<TidemarkServer> ServeAsync(int port, ServerLog log)
        {
            var options = new ServerOptions { Port = port, LocalCallers = true };
            try
            {
                return await TidemarkServer.StartAsync(home, options, session.Clock, log, session.Stop);
            }
            catch (TidemarkException taken) when (taken.Code == "server.port_taken")
            {
                session.Say($"Another program has port {port}: a free one is taken.");
                return await TidemarkServer.StartAsync(home, options with { Port = 0 }, session.Clock, log, session.Stop);
            }
        }

        private async Task SaveDefinitionsAsync()
        {
            await home.Definitions.Destinations.SaveAsync(
                new("demo", "sqlite", new Dictionary<string, string> { ["path"] = _database }), session.Stop);
            foreach (var (vendor, settings) in DemoSources.Of(sandbox))
            {
                await home.Definitions.Sources.SaveAsync(new(vendor, vendor, settings), session.Stop);
                await home.Definitions.Pipelines.SaveAsync(new(vendor, vendor, "demo"), session.Stop);
            }
        }

        private async Task<int> SyncAsync(SyncRun request) => ExitCode.Of(await WatchedRun.ShowAsync(session, home, request, RunTrigger.Demo));

        private async Task ChangeRecordsAsync()
        {
            session.Say("");
            session.Say("Now Stripe changes: 3 customers are new, 5 changed, 2 gone; 4 charges are new.");
            using var http = new HttpClient { BaseAddress = sandbox.Control };
            await MutateAsync("customers", new { create = 3, update = new { count = 5 }, delete = new { count = 2 } });
            await MutateAsync("charges", new { create = 4 });

            async Task MutateAsync(string stream, object mutation)
            {
                using var answer = await http.PostAsJsonAsync(
                    new Uri($"mutate/stripe/{stream}", UriKind.Relative), mutation, session.Stop);
                answer.EnsureSuccessStatusCode();
            }
        }

        private void PrintMore(bool isOver)
        {
            var here = session.HomeOption is null
                && folder.StartsWith(Environment.CurrentDirectory, StringComparison.Ordinal)
                ? Path.GetRelativePath(Environment.CurrentDirectory, folder) : folder;
            session.Say("");
            session.Say(isOver ? "Try:" : "Try, in another terminal:");
            if (session.Catalog is not null) session.Say("  unset TIDEMARK_CATALOG    (the demo has a catalog of its own)");
            var database = Path.Combine(here, "demo.db");
            session.Say($"  sqlite3 {database} 'select name, email from stripe_customers limit 5'");
            session.Say($"  tidemark runs --home {here}");
            session.Say($"  tidemark run show last --home {here}");
            if (isOver)
            {
                session.Say("  tidemark demo    (without --once it goes on: change records, sync again)");
                return;
            }

            session.Say($"  curl {sandbox.Control}mutate/stripe/customers -d '{{\"update\":{{\"count\":7}}}}'");
            session.Say($"  tidemark sync stripe --home {here}");
        }
    }
}
