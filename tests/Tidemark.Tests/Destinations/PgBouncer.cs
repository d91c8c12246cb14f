using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>A pgbouncer of one test's own before the server that the tests share. Does not run as root: then the user postgres has it.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tidemark-pgbouncer-");
    private readonly Process _process;

    private PgBouncer(string mode, string more, string user)
    {
        var server = new Uri(TestPostgres.Url);
        Port = FreePort();
        var settings = Path.Combine(_folder.FullName, "pgbouncer.ini");
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            postgres = host={server.Host} port={server.Port} user={user}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            {more}
            """));
        // Its own user reads it.
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            File.SetUnixFileMode(_folder.FullName, Readable | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(settings, Readable | UnixFileMode.UserWrite);
        }

        string[] command = ["pgbouncer", "-q", settings];
        if (Environment.IsPrivilegedProcess) command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", .. command];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        })!;
    }

    public int Port { get; }

    /// <param name="mode">Its pool_mode: session, transaction or statement.</param>
    /// <param name="more">Further lines of its settings.</param>
    /// <param name="user">The user that it comes to the server as; null for the server's own.</param>
    public static async Task<PgBouncer> StartAsync(string mode, string more = "", string? user = null)
    {
        var started = new PgBouncer(mode, more, user ?? new Uri(TestPostgres.Url).UserInfo);
        while (!await started.AnswersAsync())
        {
            if (started._process.HasExited)
                throw new InvalidOperationException(await started._process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return started;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
