using System.Text.Json.Serialization;

namespace Tidemark.Sandbox.Faults;

/// <summary>A fault as the control port takes it.</summary>
internal sealed record FaultDefinition
{
    public required FaultKind Fault { get; init; }

    /// <summary>HTTP status of <see cref="FaultKind.Status"/>. Default 500.</summary>
    public int Status { get; init; } = 500;

    /// <summary>Seconds in the Retry-After header of <see cref="FaultKind.Status"/>; null sends no header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Length of a delay, or of each pause in a slow body. Default 100.</summary>
    public int Milliseconds { get; init; } = 100;

    /// <summary>What <see cref="FaultKind.Rewrite"/> looks for in the body, to the letter.</summary>
    public string? Find { get; init; }

    /// <summary>What it writes in its place; valid JSON or not.</summary>
    public string? With { get; init; }

    /// <summary>Start of the paths that it hits, e.g. <c>/v1/customers</c>. Null hits all.</summary>
    public string? Path { get; init; }

    /// <summary>How often it fires; -1 until cleared. Default 1, for <see cref="FaultKind.Expire"/> -1.</summary>
    public int? Times { get; init; }

    /// <summary>Matching requests to let through first.</summary>
    public int After { get; init; }

    /// <summary>Fires on each nth matching request. Default 1.</summary>
    public int Every { get; init; } = 1;

    /// <summary>What is wrong with this definition; null when nothing is.</summary>
    [JsonIgnore]
    public string? Objection => this switch
    {
        { Status: < 400 or > 599 } => "status is between 400 and 599",
        { RetryAfter: < 0 } => "retry_after is not negative",
        { Milliseconds: < 0 or > 600_000 } => "milliseconds is between 0 and 600000",
        { Times: < -1 or 0 } => "times is at least 1, or -1 for until cleared",
        { After: < 0 } => "after is not negative",
        { Every: < 1 } => "every is at least 1",
        { Fault: FaultKind.Rewrite, Find: null or "" } or { Fault: FaultKind.Rewrite, With: null } => "rewrite takes find and with",
        _ => null,
    };
}
