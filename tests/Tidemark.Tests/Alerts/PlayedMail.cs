using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace Tidemark.Tests.Alerts;

/// <summary>A real SMTP server on loopback that keeps the mails it takes, with faults as a test says.</summary>
internal sealed class PlayedMail : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public PlayedMail()
    {
        _listener.Start();
        _ = ListenAsync();
    }

    public ConcurrentQueue<MimeMessage> Mails { get; } = new();

    /// <summary>Everything that clients have said, line by line, but for the mails.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Shown where a connection is encrypted; null where STARTTLS is not offered.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether connections are encrypted from the first byte.</summary>
    public bool IsTls { get; init; }

    /// <summary>The password that a client must show; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>How many mails are taken without an answer: the server is gone.</summary>
    public int Dies { get; set; }

    /// <summary>A receiver that is refused.</summary>
    public string? Refuses { get; init; }

    /// <summary>A certificate that has signed itself, for a name.</summary>
    public static X509Certificate2 SelfSigned(string name)
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

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            Stream stream = client.GetStream();
            if (IsTls) stream = await EncryptAsync(stream);
            await TalkAsync(stream, isEncrypted: IsTls);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client left, did not trust the certificate, or the test is over.
        }
    }

    private async Task TalkAsync(Stream stream, bool isEncrypted)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        await using var writer = new StreamWriter(stream, Encoding.Latin1, leaveOpen: true) { NewLine = "\r\n", AutoFlush = true };
        if (!isEncrypted || IsTls) await writer.WriteLineAsync("220 played ESMTP");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            Said.Enqueue(line);
            var verb = line.Split(' ')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    if (Certificate is not null && !isEncrypted) await writer.WriteLineAsync("250-STARTTLS");
                    if (Password is not null) await writer.WriteLineAsync("250-AUTH PLAIN");
                    await writer.WriteLineAsync("250 OK");
                    break;
                case "STARTTLS":
                    await writer.WriteLineAsync("220 go on");
                    await TalkAsync(await EncryptAsync(stream), isEncrypted: true);
                    return;
                case "AUTH":
                    var shown = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0')[2];
                    await writer.WriteLineAsync(shown == Password ? "235 welcome" : string.Create(CultureInfo.InvariantCulture, $"535 {shown} is not the password"));
                    break;
                case "RCPT" when Refuses is not null && line.Contains(Refuses, StringComparison.Ordinal):
                    await writer.WriteLineAsync("550 nobody of this name");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    var mail = await ReadMailAsync(reader);
                    Mails.Enqueue(mail);
                    if (Dies-- > 0) return;
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 OK");
                    break;
            }
        }
    }

    private async Task<MimeMessage> ReadMailAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line and not ".") text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        return await MimeMessage.LoadAsync(bytes, _stop.Token);
    }

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(Certificate!);
        return encrypted;
    }
}
