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
        var outcome = isRefused ? AuditOutcome.Refused : status < StatusCodes.Status400BadRequest ? AuditOutcome.Done : AuditOutcome.Failed;
        if (act is null ? !isRefused : act.IsWrittenWithIt && outcome == AuditOutcome.Done) return;
        var note = new AuditNote(Who(http), act?.Action ?? "look", Subject(http), outcome)
        {
            Detail = ProblemDocument.CodeOf(http) ?? http.Items[DetailKey] as string,
        };
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
