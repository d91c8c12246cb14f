namespace Tidemark.Engine.Access;

/// <summary>Where somebody is who logs in.</summary>
/// <param name="Address">Their IP address.</param>
/// <param name="Agent">What their browser says it is; null for nothing. The first 200 letters are kept.</param>
public sealed record Device(string Address, string? Agent)
{
    internal string From => $"from {Address}";
}

/// <summary>A session: a browser in which somebody has logged in.</summary>
/// <param name="Id">Its public part; what the browser shows is kept as a digest alone.</param>
/// <param name="Email">The user.</param>
/// <param name="CreatedAt">When they logged in.</param>
/// <param name="SeenAt">When it was last used, to the minute.</param>
/// <param name="Device">Where it was opened.</param>
public sealed record UserSession(string Id, string Email, DateTimeOffset CreatedAt, DateTimeOffset SeenAt, Device Device)
{
    /// <summary>A session that nobody uses ends after this.</summary>
    public static readonly TimeSpan IdleLasts = TimeSpan.FromHours(12);

    /// <summary>Every session ends after this.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    /// <summary>When it ends if it is not used again.</summary>
    public DateTimeOffset ExpiresAt => SeenAt + IdleLasts < CreatedAt + Lasts ? SeenAt + IdleLasts : CreatedAt + Lasts;
}

/// <summary>A session that has just been opened.</summary>
/// <param name="Session">What is kept of it.</param>
/// <param name="Text">What the browser shows, which nobody can be shown again.</param>
public sealed record OpenedSession(UserSession Session, string Text);
