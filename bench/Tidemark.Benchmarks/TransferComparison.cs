using System.Diagnostics;
using System.Globalization;
using Tidemark.Tests.Crash;

namespace Tidemark.Benchmarks;

/// <summary>
/// A shop of four tables from one private server to another, by <c>pgcopydb clone</c>, by <c>pg_dump</c> and <c>pg_restore</c>, and by a transfer that replaces
/// the rows and verifies them: in turn, in one run. After each, every row of the target is compared with the source.
/// </summary>
internal static class TransferComparison
{
    private static readonly string[] All = ["pgcopydb", "dump", "tidemark"];

    // As a server is set up for work; everything else, durability too, is as PostgreSQL comes: fsync, full_page_writes and synchronous_commit on, wal_level replica.
    private static readonly string[] Server = ["shared_buffers=1GB", "max_wal_size=4GB"];

    public static async Task<int> RunAsync(Settings settings)
    {
        await using var source = await PrivatePostgres.StartAsync(settings: Server);
        await using var target = await PrivatePostgres.StartAsync(settings: Server);
        var shop = new Shop(source, target, settings.Factor);
        var rows = await shop.MakeAsync();
        Output.Line(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows, {settings.Runs} rounds; {string.Join(", ", Server)}"));
        var named = settings.What.Intersect(All).ToList();
        if (named.Count == 0) named = [.. All];
        var figures = named.ToDictionary(what => what, _ => new List<Round>());
        for (var round = 0; round < settings.Runs; round++)
        {
            foreach (var what in named)
            {
                figures[what].Add(await MeasureAsync(shop, what, settings));
            }
        }

        Output.Line("what        seconds min/median/max   rows/s   own CPU s   servers' CPU s (source + target)   peak RSS MB   x of the best other");
        var others = figures.Where(one => one.Key != "tidemark").Select(one => Median(one.Value, round => round.Seconds)).DefaultIfEmpty(0).Min();
        foreach (var (what, rounds) in figures)
        {
            var median = Median(rounds, round => round.Seconds);
            Output.Line(string.Create(CultureInfo.InvariantCulture,
                $"{what,-10} {rounds.Min(round => round.Seconds),8:0.00}/{median:0.00}/{rounds.Max(round => round.Seconds):0.00} {rows / median,12:N0} {Median(rounds, round => round.Own),8:0.0} {Median(rounds, round => round.Source),14:0.0} + {Median(rounds, round => round.Target):0.0} {rounds.Max(round => round.Megabytes),26:0} {(others == 0 ? 0 : median / others),14:0.00}"));
        }

        if (settings.What.Contains("inserts")) await InsertsAsync(shop, rows, settings);
        return 0;
    }

    private static async Task<Round> MeasureAsync(Shop shop, string what, Settings settings)
    {
        await shop.EmptyAsync(withTables: what == "tidemark");
        var (own, source, target) = (Tool.ChildSeconds(), Tool.TreeSeconds(shop.Source.Process), Tool.TreeSeconds(shop.Target.Process));
        var watch = Stopwatch.StartNew();
        var megabytes = what switch
        {
            "pgcopydb" => await CloneAsync(shop),
            "dump" => await DumpAsync(shop),
            _ => await TransferAsync(shop, settings),
        };
        var seconds = watch.Elapsed.TotalSeconds;
        // A backend's time is its server's once it has ended.
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        var round = new Round(
            seconds, Tool.ChildSeconds() - own, Tool.TreeSeconds(shop.Source.Process) - source, Tool.TreeSeconds(shop.Target.Process) - target, megabytes);
        await shop.RequireEqualAsync();
        return round;
    }

    private static async Task<double> CloneAsync(Shop shop)
    {
        using var folder = new Folder();
        await Tool.RunAsync("pgcopydb", "clone", "--source", shop.From, "--target", shop.To, "--dir", folder.Path, "--no-owner", "--table-jobs", "4", "--index-jobs", "4");
        return 0;
    }

    private static async Task<double> DumpAsync(Shop shop)
    {
        using var folder = new Folder();
        var dump = System.IO.Path.Combine(folder.Path, "dump");
        await Tool.RunAsync("pg_dump", "-Fd", "-j2", "-f", dump, "-d", shop.From);
        await Tool.RunAsync("pg_restore", "-j2", "-d", shop.To, dump);
        return 0;
    }

    /// <summary>The one place that knows how a transfer is started. Its process is its own, so that its memory is.</summary>
    private static async Task<double> TransferAsync(Shop shop, Settings settings)
    {
        using var process = Child.Start(["measure", "transfer", "--from", shop.From, "--to", shop.To, "--parallel", settings.Parallel.ToString(CultureInfo.InvariantCulture)]);
        var answer = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? double.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture) : throw new InvalidOperationException($"transfer failed: {answer}");
    }

    /// <summary>Row by row, as a dump that any database reads: once, at a tenth of the size.</summary>
    private static async Task InsertsAsync(Shop shop, long rows, Settings settings)
    {
        var small = new Shop(shop.Source, shop.Target, settings.Factor / 10);
        var fewer = await small.MakeAsync();
        await small.EmptyAsync(withTables: false);
        var watch = Stopwatch.StartNew();
        await Tool.RunAsync("sh", "-c", "pg_dump --column-inserts -d \"$0\" | psql -q -v ON_ERROR_STOP=1 -d \"$1\"", small.From, small.To);
        var seconds = watch.Elapsed.TotalSeconds;
        await small.RequireEqualAsync();
        Output.Line(string.Create(CultureInfo.InvariantCulture,
            $"inserts    {seconds:0.00} s for {fewer:N0} rows, {fewer / seconds:N0} rows/s: {rows * seconds / fewer:0.0} s for as many as above"));
    }

    private static double Median(List<Round> rounds, Func<Round, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);

    /// <summary>Wall time; processor seconds of the program and of the servers; peak of the program's memory, where it is known.</summary>
    private sealed record Round(double Seconds, double Own, double Source, double Target, double Megabytes);

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("tidemark-bench-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

/// <summary>The shop's database on both servers.</summary>
internal sealed class Shop(PrivatePostgres source, PrivatePostgres target, double factor)
{
    private static readonly string Script = System.IO.Path.Combine(AppContext.BaseDirectory, "shop.sql");

    public PrivatePostgres Source => source;

    public PrivatePostgres Target => target;

    public string From => Named(source);

    public string To => Named(target);

    private string Factor => factor.ToString(CultureInfo.InvariantCulture);

    // Of each size one.
    private string Name => $"shop{Factor.Replace('.', '_')}";

    /// <summary>Makes it at the source.</summary>
    /// <returns>How many rows.</returns>
    public async Task<long> MakeAsync()
    {
        await RecreateAsync(source);
        await Tool.RunAsync("psql", "-q", "-d", From, "-v", $"factor={Factor}", "-f", Script);
        return (await DigestAsync(From)).Sum(table => table.Rows);
    }

    /// <summary>Makes the target anew, without rows, and gives both servers an even start.</summary>
    public async Task EmptyAsync(bool withTables)
    {
        await RecreateAsync(target);
        if (withTables) await Tool.RunAsync("psql", "-q", "-d", To, "-v", "rows=0", "-f", Script);
        foreach (var server in new[] { source, target }) await Tool.RunAsync("psql", "-q", "-d", server.Url, "-c", "CHECKPOINT");
    }

    /// <summary>Compares every row of the target with the source, and what the tables have around them.</summary>
    public async Task RequireEqualAsync()
    {
        if (!(await DigestAsync(From)).SequenceEqual(await DigestAsync(To))) throw new InvalidOperationException("The target does not have the rows of the source.");
        var (there, here) = (await PartsAsync(From), await PartsAsync(To));
        if (there != here) throw new InvalidOperationException($"The target does not have the indexes, constraints and sequences of the source: {there} {here}");
    }

    private async Task RecreateAsync(PrivatePostgres server)
    {
        await Tool.RunAsync("psql", "-q", "-d", server.Url, "-c", $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
        await Tool.RunAsync("psql", "-q", "-d", server.Url, "-c", $"CREATE DATABASE {Name}");
    }

    private string Named(PrivatePostgres server) => server.Url.Replace("/postgres", $"/{Name}", StringComparison.Ordinal).Replace("postgres:/", "postgresql:/", StringComparison.Ordinal);

    private static async Task<List<(string Table, long Rows, string Sum)>> DigestAsync(string url)
    {
        var digests = new List<(string, long, string)>();
        foreach (var table in ShopSource.Tables)
        {
            var answer = await Tool.RunAsync("psql", "-qAt", "-d", url, "-c", $"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} AS t");
            var parts = answer.Trim().Split('|');
            digests.Add((table, long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]));
        }

        return digests;
    }

    private static Task<string> PartsAsync(string url) => Tool.RunAsync(
        "psql", "-qAt", "-d", url, "-c",
        """
        SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname;
        SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY conname;
        SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename
        """);
}
