using System.Text.Json.Serialization;
using Tidemark.Engine.Access;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Wire;

/// <summary>A token for the API, without its secret.</summary>
public sealed record TokenAnswer
{
    /// <summary>Its public part, with which its text begins after <c>tdm_</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>The pipelines that it is for; empty for all.</summary>
    public required IReadOnlyList<string> Pipelines { get; init; }

    /// <summary>Whether an agent that holds it may start runs, and need not propose them.</summary>
    public required bool ActsAlone { get; init; }

    /// <summary>Whether it lets its bearer in now.</summary>
    public required bool Valid { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends; absent for never.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was last used, to the minute; absent for never.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When it was revoked; absent where it was not.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The whole token, in the answer to its making alone.</summary>
    public string? Token { get; init; }

    public static TokenAnswer Of(AccessToken token, DateTimeOffset now) => new()
    {
        Id = token.Id,
        Name = token.Name,
        Role = token.Role,
        Pipelines = token.Pipelines,
        ActsAlone = token.ActsAlone,
        Valid = token.IsValid(now),
        CreatedAt = token.CreatedAt,
        ExpiresAt = token.ExpiresAt,
        LastUsedAt = token.LastUsedAt,
        RevokedAt = token.RevokedAt,
    };

    public static TokenAnswer Of(CreatedToken created, DateTimeOffset now) => Of(created.Token, now) with { Token = created.Text };
}
