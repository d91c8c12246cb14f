namespace Tidemark.Engine.Errors;

/// <summary>What work waits for before it goes on.</summary>
public enum WaitKind
{
    /// <summary>The next attempt, after one that failed.</summary>
    Retry,

    /// <summary>The rate that the vendor allows.</summary>
    RateLimit,

    /// <summary>A lock that somebody else has.</summary>
    Lock,
}

/// <summary>A pause before work goes on, reported when it begins.</summary>
/// <param name="Kind">What is waited for.</param>
/// <param name="Why">One sentence, fit to be shown.</param>
/// <param name="Length">How long at most; one that lasts longer is reported again.</param>
public sealed record Wait(WaitKind Kind, string Why, TimeSpan Length);

/// <summary>A source or a destination that says when it waits.</summary>
public interface IWaiting
{
    /// <summary>Called when a wait begins, from any thread; must return fast.</summary>
    Action<Wait>? OnWait { set; }
}
