using System.Globalization;
using System.Net;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Failures of the exchange and of reading pages, whatever the vendor.</summary>
internal static class HttpErrors
{
    private static readonly TimeSpan MostPlausible = TimeSpan.FromDays(366);

    public static TidemarkException Timeout(HttpCall call, TimeSpan limit, Exception cause) =>
        new(FailureKind.Transient, "source.timeout",
            $"{call.Label} was not answered in {limit.TotalSeconds:0.#} s.", cause);

    public static TidemarkException Unreachable(HttpCall call, string host, Exception cause) =>
        new(FailureKind.Transient, "source.unreachable",
            $"{call.Label}: no connection to {host}: {cause.GetBaseException().Message}", cause)
        {
            Hint = "Check the address, the name server and the firewall.",
        };

    public static TidemarkException CutShort(HttpCall call, Exception cause) =>
        new(FailureKind.Transient, "source.cut_short",
            $"The answer to {call.Label} ended before it was complete.", cause);

    public static TidemarkException InvalidJson(HttpCall call, string flaw, Exception cause) =>
        new(FailureKind.Transient, "source.invalid_json",
            $"The answer to {call.Label} is not valid JSON from here on: {flaw}", cause);

    public static TidemarkException NoBody(HttpCall call, int status) =>
        new(FailureKind.Transient, "source.no_body",
            $"{call.Label} was answered with {status} and no body, which says nothing of its records.")
        {
            Hint = "Run again. Something between here and the vendor may answer in its place: check proxies.",
        };

    public static TidemarkException BelowTotal(HttpCall call, long read, long total) =>
        new(FailureKind.Upstream, "source.below_total",
            string.Create(CultureInfo.InvariantCulture, $"{call.Label}: the list ends after {read} records, of {total} that the vendor counts."))
        {
            Hint = "Run again: records that changed meanwhile may explain it. If it comes again, ask the vendor.",
        };

    public static TidemarkException NotJson(HttpCall call, string? mediaType, Exception cause) =>
        new(FailureKind.Transient, "source.not_json",
            $"The answer to {call.Label} is not JSON but {mediaType ?? "something without a media type"}.", cause)
        {
            Hint = "Something between here and the vendor may answer in its place: check the base address and proxies.",
        };

    public static TidemarkException TooLarge(HttpCall call, int limit) =>
        new(FailureKind.Upstream, "source.too_large", $"The answer to {call.Label} is larger than {limit / 1024:N0} KB.")
        {
            Hint = "Read fewer records a page.",
        };

    public static TidemarkException NoRecords(HttpCall call, string path) =>
        new(FailureKind.Upstream, "source.no_records", $"The answer to {call.Label} has no records at \"{path}\".");

    public static TidemarkException Redirected(HttpCall call, Uri? to) =>
        new(FailureKind.Configuration, "source.redirected",
            $"{call.Label} was redirected to {to?.Host ?? "nowhere"}; credentials stay with the host they are for.")
        {
            Hint = "Set the base address to the host that answers.",
        };

    /// <summary>Without the call: one header of the settings is one problem, however many calls it was to go with.</summary>
    public static TidemarkException Unsendable(string header) =>
        new(FailureKind.Configuration, "source.unsendable", $"The header {header} cannot be sent: it has a line break in it, or a letter that is not ASCII.")
        {
            Hint = "Check the setting that it is made of, e.g. a key that was copied in two lines.",
        };

    public static TidemarkException BadEncoding(HttpCall call, Exception cause) =>
        new(FailureKind.Transient, "source.bad_encoding", $"The answer to {call.Label} is not compressed as it says it is.", cause)
        {
            Hint = "Run again. Something between here and the vendor may break its answers: check proxies.",
        };

    public static TidemarkException Certificate(HttpCall call, string host, Exception cause) =>
        new(FailureKind.Configuration, "source.certificate",
            $"{call.Label}: the certificate of {host} is not accepted: {cause.GetBaseException().Message}", cause)
        {
            Hint = "Check the address, this machine's clock and its list of certificate authorities; a proxy may answer with a certificate of its own.",
        };

    public static TidemarkException OtherHost(HttpCall call) =>
        new(FailureKind.Upstream, "source.other_host", $"{call.Label} leads to another host than the base address.");

    public static TidemarkException BadAddress(HttpCall call) =>
        new(FailureKind.Upstream, "source.bad_address", $"{call.Label} is no address.");

    public static TidemarkException WaitTooLong(HttpCall call, TimeSpan wait, DateTimeOffset now, TidemarkException cause) =>
        new(FailureKind.Transient, cause.Code, wait > MostPlausible ? $"{call.Label}: the vendor asks to wait for more than a year."
            : string.Create(CultureInfo.InvariantCulture, $"{call.Label}: the vendor asks to wait until {MomentText.Of(now + wait)}."), cause)
        {
            Hint = "Run again after that time.",
        };

    public static TidemarkException AddressRefused(string host, IPAddress? address, bool privateWouldDo) =>
        new(FailureKind.Configuration, "source.address_refused",
            address is null ? $"{host} has no address."
            : $"{address}" == host.Trim('[', ']') ? $"No source may be read from {host}."
            : $"{host} is {address}, where no source may be read from.")
        {
            Hint = privateWouldDo ? "Set allow_private_network to true if this is a server of yours." : null,
        };

    public static TidemarkException NotEncrypted(string host) =>
        new(FailureKind.Configuration, "source.not_encrypted",
            $"{host} is a public address and http would show the credentials.")
        {
            Hint = "Use https.",
        };

    public static TidemarkException PagingLoop(HttpCall call) =>
        new(FailureKind.Upstream, "source.paging_loop", $"{call.Label}: the next page is one that was read already.");

    public static TidemarkException PageRepeated(HttpCall call) =>
        new(FailureKind.Upstream, "source.page_repeated", $"{call.Label} gave the same page twice for two positions.");

    public static TidemarkException EmptyPage(HttpCall call) =>
        new(FailureKind.Upstream, "source.empty_page", $"{call.Label} gave an empty page and says that more follows.");

    public static TidemarkException NoPosition(HttpCall call) =>
        new(FailureKind.Upstream, "source.no_position", $"{call.Label} says that more follows, but not where.");
}
