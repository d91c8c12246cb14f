using System.Globalization;
using Npgsql;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>Ten faults at night, what they say, and the way out of each. What the commands said is <c>docs/at-night.md</c>.</summary>
public sealed class AtNightTranscript
{
    private const string Sync = "tidemark sync payments --wait --quiet";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_four_faults_at_night_are_as_the_docs_tell_them()
    {
        await using var page = await Transcript.StartAsync(tellsCodes: true, readsAgain: true);
        await TypeAsync(page, isWhole: false);

        page.ShouldBeginApproved("at-night.md");
    }

    [Fact]
    public async Task Ten_faults_at_night_are_as_the_docs_tell_them()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("TIDEMARK_TEST_TRANSCRIPTS") == "all", "left out: TIDEMARK_TEST_TRANSCRIPTS is not all; it takes a minute or two.");
        await using var page = await Transcript.StartAsync(tellsCodes: true, readsAgain: true);
        await TypeAsync(page, isWhole: true);

        page.ShouldBeApproved("at-night.md");
    }

    private static async Task TypeAsync(Transcript page, bool isWhole)
    {
        var server = new Uri(TestPostgres.Url);
        var network = new CutConnections(server.Host, server.Port);
        var port = network.Port;
        page.Show(new UriBuilder(page.DatabaseUrl) { Host = "127.0.0.1", Port = port }.Uri.ToString(), "postgres://me:password@127.0.0.1:5432/shop");
        page.Show($"127.0.0.1:{port}", "127.0.0.1:5432");
        try
        {
            await BeginAsync(page, port);
            await VendorIsAwayAsync(page);
            await KeyIsRolledAsync(page);
            network = await DatabaseIsDownAsync(page, network, server);
            await TableIsLockedAsync(page);
            if (!isWhole) return;
            await RecordDoesNotFitAsync(page);
            await TooMuchWouldGoAsync(page);
            await RunIsKilledAsync(page);
            await NonsenseIsWrittenAsync(page);
            await RowIsChangedByHandAsync(page);
            await HomeLosesItsKeyAsync(page);
        }
        finally
        {
            await network.DisposeAsync();
        }
    }

    private static async Task BeginAsync(Transcript page, int port)
    {
        await page.Vendor.MutateAsync("customers", new { update = new { ids = (await FirstAsync(page)).Take(3), set = new { name = "Ada Brandt" } } });
        await File.WriteAllTextAsync(page.File("api_key"), "sk_test_tidemark", Stop);
        await File.WriteAllTextAsync(page.File("url"), new UriBuilder(page.DatabaseUrl) { Host = "127.0.0.1", Port = port }.Uri.ToString(), Stop);
        await File.WriteAllTextAsync(page.File("tidemark.yaml"), $$"""
            sources:
              - name: stripe
                connector: stripe
                settings: { api_key: "${STRIPE_API_KEY}", base_url: "http://{{page.StripeAuthority}}", allow_private_network: true, retries: 1 }
            destinations:
              - name: warehouse
                settings: { url: "${DATABASE_URL}" }
            pipelines:
              - name: payments
                source: stripe
                destination: warehouse
                streams: [customers]

            """, Stop);
        page.Tell("""
            # Ten faults at night

            A test types these commands and compares what they say, and their exit codes, with this page. Stripe is played by [`tidemark sandbox`](sandbox.md), whose
            control port makes its faults. `payments` reads Stripe's customers into PostgreSQL; cron types, with whole paths
            ([schedules](operations.md#schedules)):

            ```
            0 * * * *  tidemark sync payments --wait --quiet
            ```

            Nothing is printed of a success, so that cron sends no mail:
            """);
        await page.TypeAsync("export STRIPE_API_KEY=$(cat api_key) DATABASE_URL=$(cat url); tidemark apply -f tidemark.yaml");
        await page.TypeAsync(Sync);
        page.Tell("""
            What may pass ends with 6, and may be left to the next hour; 3, 4 and 5 need somebody. The first command in the morning is `tidemark status`.
            """);
    }

    private static async Task VendorIsAwayAsync(Transcript page)
    {
        page.Tell("""
            ## 1. Stripe is away
            For a moment: the run waits, and its log says for what.
            """);
        await FaultAsync(page, new { fault = "status", status = 503, path = "/v1/customers", times = 1 });
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark run logs last");
        page.Tell("For good: it gives up after `retries`, and changes nothing.");
        await FaultAsync(page, new { fault = "status", status = 503, path = "/v1/customers", times = -1 });
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark status");
        page.Tell("Once Stripe is back, nothing but the same command is needed:");
        await page.Vendor.ClearFaultsAsync();
        await page.TypeAsync("tidemark sync payments");
    }

    private static async Task KeyIsRolledAsync(Transcript page)
    {
        page.Tell("""
            ## 2. The key was rolled
            Somebody has saved a key that has ended.
            """);
        await File.WriteAllTextAsync(page.File("old_key"), "sk_test_rolled", Stop);
        await page.TypeAsync("tidemark source set stripe api_key=@old_key");
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark status");
        page.Tell("The new key is in another file:");
        await page.TypeAsync("tidemark source set stripe api_key=@api_key");
        await page.TypeAsync(Sync);
    }

    private static async Task<CutConnections> DatabaseIsDownAsync(Transcript page, CutConnections network, Uri server)
    {
        page.Tell("""
            ## 3. The database is down
            The server of the database is restarted.
            """);
        var port = network.Port;
        await network.DisposeAsync();
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark status");
        page.Tell("Once it is back:");
        var back = new CutConnections(server.Host, server.Port, port);
        await page.TypeAsync("tidemark sync payments");
        return back;
    }

    private static async Task TableIsLockedAsync(Transcript page)
    {
        page.Tell("""
            ## 4. Somebody has locked the table
            A report has locked the table and forgotten it. The run waits, for a minute at most (then it ends with 6); whoever looks meanwhile is told by whom:
            """);
        await page.Vendor.MutateAsync("customers", new { update = new { count = 3 } });
        await using var report = await OpenAsync(page, "monthly-report");
        await DoAsync(report, "BEGIN; LOCK TABLE stripe_customers");
        var isToBeLookedAt = true;
        await page.TypeAsync("tidemark sync payments --wait", async (_, line) =>
        {
            if (!isToBeLookedAt || !line.Contains("is held by", StringComparison.Ordinal)) return;
            isToBeLookedAt = false;
            // The figures of a run are written every second.
            await page.TypeUntilAsync("tidemark run show last | tail -2", "is held by");
            page.Tell("The report is ended, and the run goes on:");
            await DoAsync(report, "COMMIT");
        });
    }

    private static async Task RecordDoesNotFitAsync(Transcript page)
    {
        page.Tell("""
            ## 5. One record does not fit
            The application has given its table a rule, and one customer breaks it. All others are written.
            """);
        var customer = (await FirstAsync(page))[5];
        await SqlAsync(page, "ALTER TABLE stripe_customers ADD CONSTRAINT stripe_customers_email_check CHECK (email LIKE '%@%')");
        await page.Vendor.MutateAsync("customers", new { update = new { ids = new[] { customer }, set = new { email = "none" } } });
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark quarantine list");
        await page.TypeAsync("tidemark quarantine show 1 | head -5");
        page.Tell("The address is mended at Stripe. The next run would do the rest; this does it now:");
        await page.Vendor.MutateAsync("customers", new { update = new { ids = new[] { customer }, set = new { email = "ada@example.com" } } });
        await page.TypeAsync("tidemark quarantine retry 1");
    }

    private static async Task TooMuchWouldGoAsync(Transcript page)
    {
        page.Tell("""
            ## 6. Too many rows would go
            At Stripe, forty customers of a hundred are gone. The weekly run that compares everything deletes none of them before somebody has looked.
            """);
        await page.Vendor.MutateAsync("customers", new { delete = new { ids = (await FirstAsync(page)).Skip(50).Take(40) }, events = false });
        await page.TypeAsync("tidemark sync payments --full --wait --quiet");
        await page.TypeAsync("tidemark status");
        page.Tell("They are gone rightly:");
        await page.TypeAsync("tidemark run approve last --yes");
    }

    private static async Task RunIsKilledAsync(Transcript page)
    {
        page.Tell("""
            ## 7. A run is killed
            The machine has no memory left, and ends the run in the middle (137 is the shell's word for it).
            """);
        await page.Vendor.MutateAsync("customers", new { create = 250 });
        await page.Vendor.FaultAsync(new { fault = "delay", milliseconds = 1500, path = "/v1/events", times = -1 });
        await page.TypeAsync(Sync.Replace(" --quiet", "", StringComparison.Ordinal), async (process, line) =>
        {
            if (!line.Contains("reading", StringComparison.Ordinal)) return;
            // Three lists of events are still to come.
            await Task.Delay(1000, Stop);
            process.Kill();
        });
        await page.Vendor.ClearFaultsAsync();
        await page.TypeAsync("tidemark run show last | tail -5");
        await page.TypeAsync("tidemark sync payments");
    }

    private static async Task NonsenseIsWrittenAsync(Transcript page)
    {
        page.Tell("""
            ## 8. Nonsense was written
            Somebody has tried something out, at Stripe, with real customers. The run is right, its rows are not.
            """);
        var three = (await page.Vendor.TruthAsync("customers")).Where(one => one.Value["name"]!.ToString() == "Ada Brandt").Select(one => one.Key).ToList();
        await page.Vendor.MutateAsync("customers", new { update = new { ids = three, set = new { name = "TEST" } } });
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark run rows last");
        await page.TypeAsync("tidemark run undo last --yes");
        page.Tell("It is mended at Stripe too, and the next run finds the rows as they should be:");
        await page.Vendor.MutateAsync("customers", new { update = new { ids = three, set = new { name = "Ada Brandt" } } });
        await page.TypeAsync("tidemark sync payments");
    }

    private static async Task RowIsChangedByHandAsync(Transcript page)
    {
        page.Tell("""
            ## 9. A row was changed by hand
            Somebody has mended a name in the database, where nobody at Stripe sees it.
            """);
        await SqlAsync(page, "UPDATE stripe_customers SET name = 'Ada B.' WHERE id = (SELECT min(id) FROM stripe_customers)");
        await page.TypeAsync("tidemark verify last");
        await page.TypeAsync("tidemark sync payments --full");
        await page.TypeAsync("tidemark verify last");
    }

    private static async Task HomeLosesItsKeyAsync(Transcript page)
    {
        page.Tell("""
            ## 10. The key of the home is lost
            The machine was set up anew from a backup without `.tidemark/key`. No second key is made in its place.
            """);
        File.Delete(page.File(Path.Combine(".tidemark", "key")));
        await page.TypeAsync(Sync);
        await page.TypeAsync("tidemark secrets forget --yes");
        await page.TypeAsync("tidemark destination set \"warehouse\" url=- < url");
        await page.TypeAsync("tidemark source set \"stripe\" api_key=- < api_key");
        page.Tell("It goes on where it was:");
        await page.TypeAsync("tidemark sync payments");
    }

    /// <summary>The ids of Stripe's customers, in their order.</summary>
    private static async Task<List<string>> FirstAsync(Transcript page) => [.. (await page.Vendor.TruthAsync("customers")).Keys];

    private static async Task FaultAsync(Transcript page, object fault)
    {
        await page.Vendor.FaultAsync(fault);
        page.Note($"curl http://127.0.0.1:8100/faults/stripe -d '{System.Text.Json.JsonSerializer.Serialize(fault)}'");
    }

    private static async Task SqlAsync(Transcript page, string sql)
    {
        page.Note(string.Create(CultureInfo.InvariantCulture, $"psql shop -c \"{sql}\""));
        await using var connection = await OpenAsync(page, "psql");
        await DoAsync(connection, sql);
    }

    private static async Task<NpgsqlConnection> OpenAsync(Transcript page, string program)
    {
        var connection = await TestPostgres.ConnectAsync("public", Stop, page.Database);
        await DoAsync(connection, $"SET application_name = '{program}'");
        return connection;
    }

    private static async Task DoAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }
}
