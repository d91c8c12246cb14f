namespace Tidemark.Engine.Errors;

/// <summary>One thing that is wrong before anything was written, e.g. a missing key or an unreachable server.</summary>
/// <param name="Code">Stable, e.g. <c>setting.missing</c>.</param>
/// <param name="Subject">What it is about, e.g. <c>source "stripe", setting api_key</c>.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Hint">What to do about it, where that is known.</param>
public sealed record Problem(string Code, string Subject, string Message, string? Hint = null)
{
    public string Subject { get; init => field = PlainLine.Of(value); } = PlainLine.Of(Subject);

    /// <summary>On one line, whoever's words it repeats.</summary>
    public string Message { get; init => field = PlainLine.Of(value); } = PlainLine.Of(Message);

    public string? Hint { get; init => field = value is null ? null : PlainLine.Of(value); } = Hint is null ? null : PlainLine.Of(Hint);

    /// <summary>The place in the written form of what it is about, as a JSON pointer without its first slash, e.g. <c>deadline</c>; null where there is none.</summary>
    public string? Key { get; init; }

    /// <summary>Streams that it keeps from being read, where it concerns only some; else empty.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>The act that the hint ends with, for a door to offer; null for none.</summary>
    public NextStep? Next { get; init; }

    /// <summary>Whether the same may pass at another time, without anybody's doing.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The columns that a refused row is about, as the database names them; empty where that is not known.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The problem that an exception describes.</summary>
    public static Problem From(TidemarkException error, string subject) =>
        new(error.Code, subject, error.Message, error.Hint) { Next = error.Next, IsTransient = error.Kind == FailureKind.Transient };
}
