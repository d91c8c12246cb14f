namespace Tidemark.Engine.Access;

/// <summary>Somebody who may log in.</summary>
/// <param name="Email">Their address in small letters, by which they are known everywhere.</param>
/// <param name="Name">As people call them.</param>
/// <param name="Role">Viewer, operator or admin.</param>
/// <param name="Pipelines">The pipelines that the role is for; empty for all.</param>
/// <param name="IsActive">Whether they may log in at all.</param>
/// <param name="HasPassword">Whether they have set a password.</param>
/// <param name="IsFromProvider">Whether they have come from the OpenID provider, which then decides on their role.</param>
/// <param name="CreatedAt">When they were invited, or first came.</param>
/// <param name="LastLoginAt">When they last logged in; null for never.</param>
public sealed record User(
    string Email, string Name, Role Role, IReadOnlyList<string> Pipelines, bool IsActive, bool HasPassword, bool IsFromProvider,
    DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt);

/// <summary>Somebody to invite.</summary>
/// <param name="Email">Their address.</param>
/// <param name="Role">Viewer, operator or admin.</param>
public sealed record NewUser(string Email, Role Role)
{
    /// <summary>As people call them; null for the part of the address before the @.</summary>
    public string? Name { get; init; }

    /// <summary>The pipelines that the role is for; empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];
}

/// <summary>What changes about a user; what is null stays.</summary>
public sealed record UserChange
{
    public string? Name { get; init; }

    public Role? Role { get; init; }

    /// <summary>The pipelines that the role is for; empty for all.</summary>
    public IReadOnlyList<string>? Pipelines { get; init; }

    /// <summary>Whether they may log in; whoever may not is logged out at once.</summary>
    public bool? IsActive { get; init; }
}

/// <summary>A link with which somebody sets a password, once.</summary>
/// <param name="Text">What the link carries, which nobody can be shown again.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record UserLink(string Text, DateTimeOffset ExpiresAt);
