using System.Text.Json.Serialization;
using Tidemark.Engine.Access;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Wire;

/// <summary>A browser in which somebody has logged in.</summary>
public sealed record SessionAnswer
{
    public required string Id { get; init; }

    /// <summary>The user's address.</summary>
    public required string User { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to the minute.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When it ends if it is not used again.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>IP address from which it was opened.</summary>
    public required string Address { get; init; }

    /// <summary>What the browser says it is; absent for nothing.</summary>
    public string? Agent { get; init; }

    /// <summary>Whether it is the one that asks; absent otherwise.</summary>
    public bool? Current { get; init; }

    public static SessionAnswer Of(UserSession session) => new()
    {
        Id = session.Id,
        User = session.Email,
        CreatedAt = session.CreatedAt,
        SeenAt = session.SeenAt,
        ExpiresAt = session.ExpiresAt,
        Address = session.Device.Address,
        Agent = session.Device.Agent,
    };
}

/// <summary>Sessions that were ended.</summary>
/// <param name="Ended">How many.</param>
public sealed record EndedSessionsAnswer(int Ended);
