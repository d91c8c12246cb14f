using Shouldly;
using Tidemark.Tests.Crash;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

/// <summary>P1: a process that makes or restores a backup is killed (SIGKILL) at many moments.</summary>
public sealed class BackupKillTests : IAsyncDisposable
{
    private const int Rows = 30_000;

    private static readonly int[] Moments = [250, 350, 450, 550, 700, 850, 1000, 1300];

    private readonly TestFolder _folder = new();
    private readonly PostgresWorkbench _postgres = new();
    private readonly SqliteWorkbench _sqlite = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TidemarkProgram _program;

    public BackupKillTests() => _program = new TidemarkProgram(_folder.File("home"));

    private string Backups => Path.Combine(_program.Home, "backups");

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        await _sqlite.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P1_a_kill_leaves_no_half_backup_and_old_rows_or_new_ones(bool isPostgres)
    {
        SqlWorkbench database = isPostgres ? _postgres : _sqlite;
        await PrepareAsync(database, isPostgres);
        foreach (var moment in Moments)
        {
            await KillAsync(moment, "backup", "create", "people");
            foreach (var file in Directory.Exists(Backups) ? Directory.GetFiles(Backups, "*.zip") : [])
                (await RunAsync("backup", "verify", Path.GetFileName(file))).ShouldBe(0, $"after the kill at {moment} ms");
        }

        (await RunAsync("backup", "create", "people")).ShouldBe(0);
        Directory.GetFiles(Backups, "*.part").ShouldBeEmpty();
        var backup = Path.GetFileName(Directory.GetFiles(Backups, "*.zip").Max(StringComparer.Ordinal))!;
        foreach (var moment in Moments)
        {
            await database.ExecuteAsync("UPDATE s_people SET name = 'new'");
            await KillAsync(moment, "backup", "restore", backup, "--exact");
            (await database.QueryAsync("SELECT count(*) FROM s_people WHERE name = 'new'"))
                .ShouldBeSubsetOf([$"{Rows}", "0"], $"after the kill at {moment} ms");
        }

        (await RunAsync("backup", "restore", backup, "--exact")).ShouldBe(0);
        (await database.QueryAsync("SELECT count(*) FROM s_people WHERE name <> 'new'")).ShouldBe([$"{Rows}"]);
    }

    private async Task PrepareAsync(SqlWorkbench database, bool isPostgres)
    {
        await using (var destination = database.OpenDestination()) await destination.CheckAsync([], Stop);
        await database.ExecuteAsync("CREATE TABLE s_people (id integer NOT NULL PRIMARY KEY, name text)");
        await database.ExecuteAsync(
            $"WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < {Rows}) INSERT INTO s_people SELECT at, 'name ' || at FROM n");
        (await RunAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_tidemark")).ShouldBe(0);
        string[] settings = isPostgres
            ? ["--connector", "postgres", $"url={TestPostgres.Url}", $"schema={_postgres.Schema}"]
            : ["--connector", "sqlite", $"path={_sqlite.File}"];
        (await RunAsync(["destination", "set", "d", .. settings])).ShouldBe(0);
        (await RunAsync("pipeline", "set", "people", "--source", "s", "--destination", "d", "--streams", "customers", "--tables", "s_people")).ShouldBe(0);
    }

    private Task<bool> KillAsync(int milliseconds, params string[] arguments) =>
        _program.KillAsync(_ => Task.Delay(milliseconds, Stop), arguments);

    private Task<int> RunAsync(params string[] arguments) => _program.RunAsync(arguments);
}
