using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shouldly;
using Tidemark.Output;
using Tidemark.Tests.Crash;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>A server that cannot show who it is, or a key that does not fit, is nothing that passes: exit code 5.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly CommandBench _bench = new();

    private static CancellationToken Stop => CommandBench.Cancel;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_vendor_whose_certificate_nobody_has_signed_or_who_speaks_no_TLS_ends_a_run_with_5(bool speaksTls)
    {
        using var certificate = Signed("localhost");
        await using var server = new TlsServer(speaksTls ? certificate : null);
        await _bench.SaveEndsAsync(new($"https://localhost:{server.Port}"));

        var failed = await _bench.RunAsync("sync", "shop", "db", "plans", "--json");

        (failed.Code, failed.ErrorCode).ShouldBe((ExitCode.Configuration, "source.certificate"), failed.ToString());
        failed.Error.ShouldContain($"the certificate of localhost:{server.Port} is not accepted");
        failed.Error.ShouldNotContain("It may pass");
        (await _bench.RunAsync("test", "shop")).Code.ShouldBe(ExitCode.Configuration);
    }

    [Fact]
    public async Task A_database_whose_certificate_nobody_has_signed_or_another_has_ends_a_run_with_5_and_the_right_one_is_taken()
    {
        using var certificate = Signed("localhost");
        using var another = Signed("localhost");
        await using var server = await PrivatePostgres.StartAsync(tls: certificate);
        var (right, wrong) = (_bench.File("right.pem"), _bench.File("wrong.pem"));
        await File.WriteAllTextAsync(right, certificate.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(wrong, another.ExportCertificatePem(), Stop);
        var url = server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        foreach (var settings in new[] { "sslmode=verify-full", $"sslmode=verify-ca&sslrootcert={wrong}" })
        {
            await _bench.DoAsync("destination", "set", "pg", "--connector", "postgres", $"url={url}?{settings}");
            var refused = await _bench.RunAsync("test", "pg");
            refused.Code.ShouldBe(ExitCode.Configuration, $"{settings}: {refused}");
            refused.ToString().ShouldContain("sslrootcert");
        }

        await _bench.DoAsync("destination", "set", "pg", "--connector", "postgres", $"url={url}?sslmode=verify-full&sslrootcert={right}");
        await _bench.DoAsync("test", "pg");
    }

    [Fact]
    public async Task A_database_that_has_no_TLS_where_it_is_required_ends_with_5()
    {
        await _bench.DoAsync("destination", "set", "pg", "--connector", "postgres", $"url={TestPostgres.Url}?sslmode=require");

        var refused = await _bench.RunAsync("test", "pg");

        refused.Code.ShouldBe(ExitCode.Configuration, refused.ToString());
    }

    [Fact]
    public async Task A_wrong_encryption_key_of_the_environment_ends_a_run_with_5_and_changes_nothing()
    {
        await _bench.SaveEndsAsync(new("http://127.0.0.1:9/"));
        _bench.Variables["TIDEMARK_ENCRYPTION_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

        var refused = await _bench.RunAsync("sync", "shop", "db", "plans", "--json");

        (refused.Code, refused.ErrorCode).ShouldBe((ExitCode.Configuration, "secrets.wrong_key"), refused.ToString());
        _bench.Variables.Clear();
        (await _bench.DoAsync("source", "show", "shop", "--json")).Line.GetProperty("name").GetString().ShouldBe("shop");
    }

    /// <summary>A certificate that has signed itself.</summary>
    private static X509Certificate2 Signed(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>A server that begins every connection with TLS, or hangs up after a word in the clear where it has no certificate.</summary>
    private sealed class TlsServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2? _certificate;

        public TlsServer(X509Certificate2? certificate)
        {
            _certificate = certificate;
            _listener.Start();
            _ = ListenAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public ValueTask DisposeAsync()
        {
            _listener.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task ListenAsync()
        {
            try
            {
                while (true) await ServeAsync(await _listener.AcceptTcpClientAsync(Stop));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using var owned = client;
            try
            {
                if (_certificate is null)
                {
                    await owned.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Stop);
                    await Task.Delay(200, Stop);
                    return;
                }

                await using var encrypted = new SslStream(owned.GetStream());
                await encrypted.AuthenticateAsServerAsync(_certificate);
                _ = await encrypted.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Stop);
            }
            catch (Exception gone) when (gone is IOException or AuthenticationException)
            {
                // The client does not like the certificate.
            }
        }
    }
}
