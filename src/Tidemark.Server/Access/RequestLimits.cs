using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Tidemark.Server.Api.Answers;
using Tidemark.Server.Pages;

namespace Tidemark.Server.Access;

/// <summary>
/// How much one caller may ask for. Passwords are tried at a pace that guesses nothing; beyond that there is a limit only where the
/// settings give one: every caller is known and can be shut out, and a number that is fair on one machine is none on another.
/// </summary>
internal static class RequestLimits
{
    public const string Logins = "logins";

    /// <summary>Calls of vendors at once. More than that wait at the vendor, which calls again.</summary>
    public const string Calls = "calls";

    private const int CallsAtOnce = 32;

    // An office behind one address logs in within a minute; who guesses gets nowhere.
    private const int LoginsAMinute = 30;

    private const int NetworkBytes = 8;

    public static void Describe(RateLimiterOptions limits, ServerOptions options)
    {
        limits.OnRejected = (refused, _) => new(RefuseAsync(refused.HttpContext, refused.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : null));
        limits.AddPolicy(Logins, http => RateLimitPartition.GetFixedWindowLimiter(
            AddressOf(http), _ => new() { PermitLimit = LoginsAMinute, Window = TimeSpan.FromMinutes(1) }));
        limits.AddPolicy(Calls, _ => RateLimitPartition.GetConcurrencyLimiter("calls", _ => new() { PermitLimit = CallsAtOnce, QueueLimit = CallsAtOnce }));
        if (options.MaxRequests == 0) return;
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(CallerOf(http), _ => new()
        {
            TokensPerPeriod = options.MaxRequests,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            TokenLimit = 2 * options.MaxRequests,
        }));
    }

    private static Task RefuseAsync(HttpContext http, TimeSpan? after)
    {
        var problem = new ProblemDocument(StatusCodes.Status429TooManyRequests, "request.too_many", "More was asked for than one caller may.")
        {
            Hint = "Ask again after the seconds of Retry-After.",
            Transient = true,
            RetryAfter = after,
        };
        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenForm>() is null) return problem.WriteAsync(http);
        http.Response.Headers.RetryAfter = problem.RetryAfterText;
        return PageFrame.Show(http, "Too many tries", Html.Of($"<p>Too many tries came from your address. Try again in a minute.</p>"), problem.Status).ExecuteAsync(http);
    }

    private static string CallerOf(HttpContext http) => http.User.Identity is { IsAuthenticated: true } ? $"caller {Caller.Of(http).Name}" : AddressOf(http);

    /// <summary>The address; with IPv6 its network, of which one machine has every address.</summary>
    internal static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } address => Convert.ToHexString(address.GetAddressBytes()[..NetworkBytes]),
        { } address => $"{address.MapToIPv4()}",
        null => $"{IPAddress.None}",
    };
}
