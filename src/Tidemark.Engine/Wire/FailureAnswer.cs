using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Wire;

/// <summary>The answer in place of the one that was asked for.</summary>
/// <param name="Error">The failure.</param>
public sealed record FailureAnswer(ErrorAnswer Error)
{
    /// <param name="whole">The failure itself; its subject is not shown.</param>
    /// <param name="problems">Everything that is wrong, where it is more than one thing; else empty.</param>
    public static FailureAnswer Of(Problem whole, IEnumerable<Problem> problems) => new(new ErrorAnswer
    {
        Code = whole.Code,
        Message = whole.Message,
        Hint = whole.Hint,
        Next = whole.Next is { } next ? NextAnswer.From(next) : null,
        Transient = whole.IsTransient ? true : null,
        Problems = ProblemAnswer.Of(problems),
    });
}

/// <summary>What went wrong.</summary>
public sealed record ErrorAnswer
{
    /// <summary>Stable, e.g. <c>run.unknown</c>.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it; null if unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Hint { get; init; }

    /// <summary>The next step that the hint ends with; absent if there is none.</summary>
    public NextAnswer? Next { get; init; }

    /// <summary>True if the same may pass at another time, without anybody's doing; absent otherwise.</summary>
    public bool? Transient { get; init; }

    /// <summary>Everything that is wrong, where it is more than one thing; else empty.</summary>
    public required IReadOnlyList<ProblemAnswer> Problems { get; init; }
}
