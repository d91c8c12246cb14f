using System.Globalization;
using System.Net;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Connectors;

/// <summary>Why a channel did not take a message.</summary>
public static class ChannelErrors
{
    /// <summary>The guard of addresses, in the words of a channel.</summary>
    public static TidemarkException Guarded(string host, TidemarkException refused) => refused.Code == "source.not_encrypted"
        ? new(FailureKind.Configuration, "channel.not_encrypted", $"{host} is a public address, and what is sent to it must be encrypted.") { Hint = "Use https, tls or starttls." }
        : new(FailureKind.Configuration, "channel.address_refused", $"{host} is an address that nothing is sent to.") { Hint = refused.Hint };

    public static TidemarkException Slow(string host, TimeSpan patience) =>
        new(FailureKind.Transient, "channel.slow", string.Create(CultureInfo.InvariantCulture, $"{host} did not answer within {patience.TotalSeconds:0} s."));

    public static TidemarkException Unreachable(string host, Exception cause) =>
        new(FailureKind.Transient, "channel.unreachable", $"{host} cannot be reached, or ended the connection.", cause);

    public static TidemarkException Certificate(string host, Exception cause) =>
        new(FailureKind.Configuration, "channel.certificate", $"The certificate of {host} is not trusted, or the two agree on no encryption.", cause)
        {
            Hint = "Let the server show a certificate that this machine trusts.",
        };

    public static TidemarkException Redirected(string host, int status) =>
        new(FailureKind.Configuration, "channel.redirected", string.Create(CultureInfo.InvariantCulture, $"{host} answered {status}: it redirects, which is not followed."))
        {
            Hint = "Set the address that it redirects to.",
        };

    public static TidemarkException Gone(string host) =>
        new(FailureKind.Configuration, "channel.gone", $"{host} answered 410: nobody takes messages there any more.") { Hint = "Set another address, or remove the channel." };

    /// <param name="host">Who refused it.</param>
    /// <param name="answer">The status, and what it said.</param>
    /// <param name="status">The status.</param>
    public static TidemarkException Refused(string host, string answer, int status) =>
        new(status is >= 500 or (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout ? FailureKind.Transient : FailureKind.Upstream, "channel.refused", $"{host} answered {answer}.");
}
