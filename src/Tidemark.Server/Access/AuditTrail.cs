using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Proposals;
using Tidemark.Server.Agents;
using Tidemark.Server.Api.Answers;
using Tidemark.Server.Compat;

namespace Tidemark.Server.Access;

/// <summary>Writes down what callers ask for and what came of it: every act, and every refusal.</summary>
internal sealed class AuditTrail(RequestDelegate next, Home home, ILogger<AuditTrail> log)
{
    private const string SubjectKey = "tidemark:subject";
    private const string DetailKey = "tidemark:detail";
    private const int StrangersAMinute = 60;

    // Whoever shows nothing can be refused without end: the first of a minute tell it.
    private readonly PartitionedRateLimiter<string> _strangers = PartitionedRateLimiter.Create<string, string>(address => RateLimitPartition.GetFixedWindowLimiter(
        address, _ => new() { PermitLimit = StrangersAMinute, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>Says what a request acts on, where its address does not.</summary>
    public static void About(HttpContext http, string subject, string? detail = null)
    {
        http.Items[SubjectKey] = subject;
        if (detail is not null) http.Items[DetailKey] = detail;
    }

    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        var status = http.Response.StatusCode;
        var act = http.GetEndpoint()?.Metadata.GetMetadata<AuditedAct>();
        var isRefused = status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;
        if (isRefused && http.User.Identity is not { IsAuthenticated: true } && !_strangers.AttemptAcquire(RequestLimits.AddressOf(http)).IsAcquired) return;
        var outcome = isRefused ? AuditOutcome.Refused : status < StatusCodes.Status400BadRequest ? AuditOutcome.Done : AuditOutcome.Failed;
        await WriteAsync(home, act, Who(http), Subject(http), outcome, ProblemDocument.CodeOf(http) ?? http.Items[DetailKey] as string, log);
    }

    /// <summary>Writes down what somebody asked for: every act, unless that is written where it is done, and every refusal.</summary>
    /// <param name="home">Has the trail.</param>
    /// <param name="act">The act; null for a look.</param>
    /// <param name="who">Who asked, and through which door.</param>
    /// <param name="subject">What for.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="detail">The code of the problem, or the options; null for none.</param>
    /// <param name="log">Hears of it where the trail cannot be written.</param>
    public static async Task WriteAsync(Home home, AuditedAct? act, AuditActor who, string subject, AuditOutcome outcome, string? detail, ILogger log)
    {
        if (act is null ? outcome != AuditOutcome.Refused : act.IsWrittenWithIt && outcome == AuditOutcome.Done) return;
        var note = new AuditNote(who, act?.Action ?? "look", subject, outcome) { Detail = detail };
        try
        {
            await home.Audit.AddAsync(note, CancellationToken.None);
        }
        catch (TidemarkException unwritable)
        {
            log.LogError(unwritable, "The audit trail could not be written: {Actor} {Action} {Subject}", note.Who.Name, note.Action, note.Subject);
        }
    }

    private static AuditActor Who(HttpContext http) => new(
        http.User.Identity is { IsAuthenticated: true } ? Caller.Of(http).Name : null,
        http.GetEndpoint()?.Metadata switch
        {
            { } known when known.GetMetadata<OldAddress>() is not null => "compat",
            { } known when known.GetMetadata<OpenForm>() is not null => "page",
            { } known when known.GetMetadata<AgentAddress>() is not null => ProposalCatalog.Door,
            _ => "api",
        });

    private static string Subject(HttpContext http) =>
        http.Items[SubjectKey] as string ?? $"{http.Request.Method} {http.Request.Path}";
}
