namespace Tidemark.Engine.Access;

/// <summary>A token for the API. Its secret is shown once, and only a digest of it is kept.</summary>
/// <param name="Id">Its public part, e.g. <c>k3x9qp2d</c>.</param>
/// <param name="Name">As people call it; no two valid tokens have the same.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Pipelines">The pipelines that it is for; empty for all.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null where it was not.</param>
public sealed record AccessToken(
    string Id, string Name, Role Role, IReadOnlyList<string> Pipelines, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Whether an agent that holds it may start runs, and need not propose them.</summary>
    public bool ActsAlone { get; init; }

    /// <summary>Whether it lets anybody in at a moment.</summary>
    public bool IsValid(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);
}

/// <summary>A token that has just been made.</summary>
/// <param name="Token">What is kept of it.</param>
/// <param name="Text">The whole of it, which nobody can be shown again.</param>
public sealed record CreatedToken(AccessToken Token, string Text);
