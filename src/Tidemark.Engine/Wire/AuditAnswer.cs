using System.Text.Json.Serialization;
using Tidemark.Engine.Access;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Wire;

/// <summary>A line of the audit trail.</summary>
public sealed record AuditAnswer
{
    public required long Id { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>A user or a token; <c>local</c> for a caller on this machine without one; null where nobody is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Actor { get; init; }

    /// <summary><c>command</c>, <c>api</c>, <c>page</c>, <c>mcp</c> for an agent, or <c>compat</c> for an address of an earlier tool.</summary>
    public required string Door { get; init; }

    /// <summary>E.g. <c>run.start</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to.</summary>
    public required string Subject { get; init; }

    public required AuditOutcome Outcome { get; init; }

    /// <summary>With which options, or why not; absent for nothing.</summary>
    public string? Detail { get; init; }

    public static AuditAnswer Of(AuditEntry entry) => new()
    {
        Id = entry.Id,
        At = entry.At,
        Actor = entry.Note.Who.Name,
        Door = entry.Note.Who.Door,
        Action = entry.Note.Action,
        Subject = entry.Note.Subject,
        Outcome = entry.Note.Outcome,
        Detail = entry.Note.Detail,
    };
}
