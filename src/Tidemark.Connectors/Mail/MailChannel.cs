using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Mail;

/// <summary>
/// Hands a message to an SMTP server. Once that has taken it, it is sent, however the connection ends; a server that is gone before its answer is asked
/// again, and the mail has the same Message-Id.
/// </summary>
internal sealed class MailChannel(MailOptions options, TimeProvider clock) : IChannel
{
    private const int Taken = 250;

    public async Task<ChannelReply> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ChannelPost.Patience, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var client = new SmtpClient { CheckCertificateRevocation = false };
            if (options.Certificates is { } file) client.ServerCertificateValidationCallback = Trusting(file);
            await ConnectAsync(client, stop.Token);
            await client.SendAsync(MailText.Of(message, options, clock.GetUtcNow()), stop.Token);
            await LeaveAsync(client, stop.Token);
            return new(Taken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ChannelReply.Not(ChannelErrors.Slow(options.Host, ChannelPost.Patience));
        }
        catch (TidemarkException refused)
        {
            return ChannelReply.Not(refused);
        }
        catch (SmtpCommandException refused)
        {
            return ChannelReply.Not(MailErrors.Refused(options.Host, refused), (int)refused.StatusCode);
        }
        catch (Exception failure) when (failure is AuthenticationException or SslHandshakeException or NotSupportedException or ServiceNotConnectedException
            or ProtocolException or IOException or SocketException)
        {
            return ChannelReply.Not(MailErrors.Of(options, failure));
        }
    }

    public void Dispose()
    {
        // Every message has a connection of its own.
    }

    private async Task ConnectAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        Socket socket;
        try
        {
            socket = await AddressGuard.ConnectAsync(options.Host, options.Port, options.Security == MailSecurity.None, options.AllowPrivateNetwork, cancellationToken);
        }
        catch (TidemarkException refused)
        {
            throw ChannelErrors.Guarded(options.Host, refused);
        }

        await client.ConnectAsync(socket, options.Host, options.Port, options.Security switch
        {
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            MailSecurity.Starttls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        }, cancellationToken);
        if (options.Username.Length > 0) await client.AuthenticateAsync(options.Username, options.Password?.Reveal() ?? "", cancellationToken);
    }

    private static async Task LeaveAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ProtocolException or CommandException or OperationCanceledException)
        {
            // It has taken the mail already.
        }
    }

    /// <summary>Trusts what this machine trusts, and what one of the file's certificates vouches for; the name must be the server's either way.</summary>
    private static RemoteCertificateValidationCallback Trusting(string file)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw MailErrors.CertificatesUnreadable(file, wrong);
        }

        return (_, certificate, presented, errors) =>
        {
            if (errors == SslPolicyErrors.None) return true;
            if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 shown) return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
            chain.ChainPolicy.ExtraStore.AddRange(presented?.ChainElements.Select(element => element.Certificate).ToArray() ?? []);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(shown);
        };
    }
}
