using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Access;

/// <summary>Who calls, and what they may do.</summary>
/// <param name="Name">A user's address, a token's name, or <c>local</c>.</param>
/// <param name="Role">The role.</param>
/// <param name="Pipelines">The pipelines that the role is for; empty for all.</param>
internal sealed record Caller(string Name, Role Role, IReadOnlyList<string> Pipelines)
{
    // Their hints say what there is.
    private static readonly FrozenSet<string> OfEverybody = FrozenSet.Create(StringComparer.Ordinal,
        "pipeline.unknown", "source.unknown", "destination.unknown", "channel.unknown", "alert.unknown", "name.unknown", "run.unknown", "run.ambiguous",
        "proposal.unknown", "proposal.ambiguous", "backup.unknown", "quarantine.unknown", "inbox.unknown", "backfill.unknown", "delivery.unknown");

    private const string AloneClaim = "tidemark:alone";
    private const string RoleClaim = "tidemark:role";
    private const string PipelineClaim = "tidemark:pipeline";
    private const string SessionClaim = "tidemark:session";

    /// <summary>Public part of the session that a user is known by; null for other callers.</summary>
    public string? Session { get; init; }

    /// <summary>The user's address; empty for callers that are no user, whatever their name is.</summary>
    public string UserName => Session is null ? "" : Name;

    /// <summary>Whether an agent starts runs itself, and need not propose them.</summary>
    public bool ActsAlone { get; init; }

    /// <summary>The caller of a request that was let in.</summary>
    public static Caller Of(HttpContext http) => Of(http.User);

    /// <summary>The origin of a run that the caller starts.</summary>
    public RunOrigin Origin => new(RunTrigger.Api, Name);

    /// <summary>An idempotency key as the caller's own: two callers may choose the same, whatever they are called.</summary>
    public string KeyOf(string key) => $"{Name.Length}:{Name}:{key}";

    /// <summary>Whether the caller may see and act on a pipeline.</summary>
    public bool Sees(string pipeline) => Pipelines.Count == 0 || Pipelines.Contains(pipeline, StringComparer.Ordinal);

    /// <summary>Why the caller's role is too little.</summary>
    public string WhyNot => $"{Name} is a {EnumWord.Of(Role)}, and may not do this.";

    /// <summary>Refuses a pipeline that the caller's role is not for.</summary>
    /// <exception cref="TidemarkException"><c>access.pipeline</c>.</exception>
    public void Require(string pipeline)
    {
        if (!Sees(pipeline)) throw NotYours();
    }

    /// <summary>The answer to whoever asks for what another pipeline has: the same where there is no such thing, so that it tells nothing.</summary>
    public TidemarkException NotYours() => Refused($"{Name} has no role for this, or there is no such thing.");

    /// <summary>A failure as the caller may read it: one whose role is for some pipelines does not hear of the names and ids of others.</summary>
    public TidemarkException Shown(TidemarkException failure) => Pipelines.Count > 0 && OfEverybody.Contains(failure.Code) ? NotYours() : failure;

    /// <summary>Refuses what belongs to no pipeline, where the caller's role is for some.</summary>
    /// <exception cref="TidemarkException"><c>access.pipeline</c>.</exception>
    public void RequireAll()
    {
        if (Pipelines.Count > 0) throw Refused($"{Name} has a role for {string.Join(", ", Pipelines)} alone.");
    }

    /// <summary>Refuses callers that are no user.</summary>
    /// <exception cref="TidemarkException"><c>access.user_only</c>.</exception>
    public void RequireUser()
    {
        if (Session is null) throw new TidemarkException(FailureKind.Usage, "access.user_only", "This is for users who have logged in.") { Hint = "Log in at /login." };
    }

    private static TidemarkException Refused(string message) =>
        new(FailureKind.Usage, "access.pipeline", message) { Hint = "Ask an administrator for a role that is for it." };

    internal ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
    [
        new(ClaimTypes.Name, Name), new(RoleClaim, Role.ToString()), .. Pipelines.Select(pipeline => new Claim(PipelineClaim, pipeline)),
        .. Session is { } session ? new[] { new Claim(SessionClaim, session) } : [],
        .. ActsAlone ? new[] { new Claim(AloneClaim, "") } : [],
    ], scheme));

    internal static Caller Of(ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.Name) ?? throw new InvalidOperationException("Nobody was let in."),
        Enum.Parse<Role>(user.FindFirstValue(RoleClaim)!), [.. user.FindAll(PipelineClaim).Select(claim => claim.Value)])
    {
        Session = user.FindFirstValue(SessionClaim),
        ActsAlone = user.HasClaim(claim => claim.Type == AloneClaim),
    };

    internal static bool Has(ClaimsPrincipal user, Role role) =>
        user.FindFirstValue(RoleClaim) is { } held && Enum.Parse<Role>(held) >= role;
}
