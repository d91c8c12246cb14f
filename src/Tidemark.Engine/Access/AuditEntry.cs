namespace Tidemark.Engine.Access;

/// <summary>What came of an act.</summary>
public enum AuditOutcome
{
    Done,

    /// <summary>Whoever asked may not, or is not known.</summary>
    Refused,

    /// <summary>It was allowed, and could not be done.</summary>
    Failed,
}

/// <summary>Who acts, and through which door.</summary>
/// <param name="Name">A user's address, a token, <c>local</c> for a caller on this machine without one; null where nobody is known.</param>
/// <param name="Door"><c>command</c>, <c>api</c>, <c>page</c>, <c>mcp</c> for an agent, or <c>compat</c> for an address of an earlier tool.</param>
public sealed record AuditActor(string? Name, string Door)
{
    /// <summary>The door of whoever types: the account that owns the home.</summary>
    public const string Command = "command";
}

/// <summary>An act that somebody has asked for.</summary>
/// <param name="Who">Who.</param>
/// <param name="Action">E.g. <c>run.start</c>, <c>source.save</c>, <c>token.revoke</c>.</param>
/// <param name="Subject">What it was done to, e.g. <c>pipeline payments</c>.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record AuditNote(AuditActor Who, string Action, string Subject, AuditOutcome Outcome)
{
    /// <summary>With which options, or why not; never a secret. Null for nothing.</summary>
    public string? Detail { get; init; }
}

/// <summary>A line of the audit trail.</summary>
/// <param name="Id">Rises with time.</param>
/// <param name="At">When.</param>
/// <param name="Note">The act.</param>
public sealed record AuditEntry(long Id, DateTimeOffset At, AuditNote Note);

/// <summary>Which lines of the audit trail to list.</summary>
public sealed record AuditFilter
{
    /// <summary>Only acts of this actor; null for all.</summary>
    public string? Actor { get; init; }

    /// <summary>Only actions that begin so, e.g. <c>run.</c>; null for all.</summary>
    public string? Action { get; init; }

    public AuditOutcome? Outcome { get; init; }

    /// <summary>Only from this moment on; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only lines before this one; null from the latest on.</summary>
    public long? Before { get; init; }
}
