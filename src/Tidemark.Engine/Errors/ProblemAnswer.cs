using System.Text.Json.Serialization;

namespace Tidemark.Engine.Errors;

/// <summary>A problem in the form for programs, in every answer that has problems.</summary>
public sealed record ProblemAnswer
{
    /// <summary>Stable, e.g. <c>setting.missing</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What the problem is about.</summary>
    public required string Subject { get; init; }

    /// <summary>The key of the definition that is wrong, as a JSON pointer without its first slash, e.g. <c>deadline</c>; absent where there is none.</summary>
    public string? Key { get; init; }

    /// <summary>One sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it; null if unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Hint { get; init; }

    /// <summary>The next step that the hint ends with; absent if there is none.</summary>
    public NextAnswer? Next { get; init; }

    /// <summary>True if the same may pass at another time, without anybody's doing; absent otherwise.</summary>
    public bool? Transient { get; init; }

    public static ProblemAnswer Of(Problem problem) => new()
    {
        Code = problem.Code,
        Subject = problem.Subject,
        Key = problem.Key,
        Message = problem.Message,
        Hint = problem.Hint,
        Next = problem.Next is { } next ? NextAnswer.From(next) : null,
        Transient = problem.IsTransient ? true : null,
    };

    public static IReadOnlyList<ProblemAnswer> Of(IEnumerable<Problem> problems) => [.. problems.Select(Of)];

    /// <summary>The problem again.</summary>
    public Problem ToProblem() => new(Code, Subject, Message, Hint) { Key = Key, Next = Next?.ToStep(), IsTransient = Transient is true };
}
