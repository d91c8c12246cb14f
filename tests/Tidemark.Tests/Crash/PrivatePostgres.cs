using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Tidemark.Tests.Crash;

/// <summary>A PostgreSQL of one test's own, which it may stop. Does not run as root: then the user postgres has it.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string _folder;
    private readonly int _port;
    private readonly string _options;

    private PrivatePostgres(string folder, int port, string options) => (_folder, _port, _options) = (folder, port, options);

    public string Url => $"postgres://tidemark@127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}/postgres";

    /// <summary>Number of the process that all its others are children of.</summary>
    public int Process => int.Parse(File.ReadLines($"{_folder}/data/postmaster.pid").First(), CultureInfo.InvariantCulture);

    // The newest; as test.sh finds it.
    private static string Programs { get; } =
        Directory.Exists("/usr/lib/postgresql")
            ? Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").MaxBy(folder => Version(folder))!, "bin") : "";

    /// <param name="password">What it asks for; null where it trusts everybody.</param>
    /// <param name="tls">What it shows of itself, with its key; null where it speaks no TLS.</param>
    /// <param name="settings">More of its settings, each as <c>name=value</c>.</param>
    public static async Task<PrivatePostgres> StartAsync(string? password = null, X509Certificate2? tls = null, params string[] settings)
    {
        var folder = (await RunAsync("mktemp", "-d")).Trim();
        string[] authentication = ["--auth=trust"];
        if (password is not null)
        {
            await RunAsync("sh", "-c", $"echo {password} > {folder}/password");
            authentication = ["--auth=scram-sha-256", $"--pwfile={folder}/password"];
        }

        await RunAsync(
            [Program("initdb"), "-D", $"{folder}/data", "-U", "tidemark", .. authentication, "--encoding=UTF8", "--no-sync"]);
        if (tls is not null)
        {
            using var key = tls.GetRSAPrivateKey()!;
            await RunAsync(
                "sh", "-c", "umask 077; printf '%s\n' \"$1\" > $0/server.crt; printf '%s\n' \"$2\" > $0/server.key", folder, tls.ExportCertificatePem(),
                key.ExportPkcs8PrivateKeyPem());
        }

        if (tls is not null) settings = [.. settings, "ssl=on", $"ssl_cert_file={folder}/server.crt", $"ssl_key_file={folder}/server.key"];
        var server = new PrivatePostgres(folder, FreePort(), string.Concat(settings.Select(setting => $" -c {setting}")));
        await server.StartAgainAsync();
        return server;
    }

    public Task StartAgainAsync() => RunAsync(
        Program("pg_ctl"), "-D", $"{_folder}/data", "-w", "-l", $"{_folder}/log", "-o",
        $"-p {_port.ToString(CultureInfo.InvariantCulture)} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder}" + _options, "start");

    /// <summary>Stops it as a crash would: every connection is cut, and what is not committed is gone.</summary>
    public Task CrashAsync() => RunAsync(Program("pg_ctl"), "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");

    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        await RunAsync("rm", "-rf", _folder);
    }

    private static string Program(string name) => Path.Combine(Programs, name);

    private static int Version(string folder) => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> RunAsync(params string[] command)
    {
        string[] all = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", .. command] : command;
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        // The server outlives pg_ctl; nobody may wait for its end of the pipe.
        var said = command[0] == "mktemp" ? await process.StandardOutput.ReadToEndAsync(CancellationToken.None) : "";
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{string.Join(' ', all)}: {process.ExitCode}");
    }
}
