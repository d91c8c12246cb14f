using System.Text.Json.Serialization;
using Tidemark.Engine.Access;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Wire;

/// <summary>Somebody who may log in.</summary>
public sealed record UserAnswer
{
    /// <summary>Their address in small letters, by which they are known everywhere.</summary>
    public required string Email { get; init; }

    public required string Name { get; init; }

    /// <summary>Viewer, operator or admin.</summary>
    public required Role Role { get; init; }

    /// <summary>The pipelines that the role is for; empty for all.</summary>
    public required IReadOnlyList<string> Pipelines { get; init; }

    /// <summary>Whether they may log in.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether they have set a password.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>Whether they have come from the OpenID provider, which decides on their role at each login.</summary>
    public required bool FromProvider { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When they last logged in; absent for never.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>The page on which they set a password, once; in the answer to its making alone.</summary>
    public string? Link { get; init; }

    /// <summary>When the link ends; absent where there is none.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? LinkExpiresAt { get; init; }

    public static UserAnswer Of(User user) => new()
    {
        Email = user.Email,
        Name = user.Name,
        Role = user.Role,
        Pipelines = user.Pipelines,
        Active = user.IsActive,
        HasPassword = user.HasPassword,
        FromProvider = user.IsFromProvider,
        CreatedAt = user.CreatedAt,
        LastLoginAt = user.LastLoginAt,
    };

    /// <param name="user">The user.</param>
    /// <param name="link">The link that was made for them.</param>
    /// <param name="page">The page of the link.</param>
    public static UserAnswer Of(User user, UserLink link, Uri page) => Of(user) with { Link = $"{page}", LinkExpiresAt = link.ExpiresAt };
}
